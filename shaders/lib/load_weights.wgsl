// Weights of four k, a column each; `stride` is the width of a row of the weight, in vec4.
fn load_weights(index: u32, stride: u32) -> mat4x4f {
  return mat4x4f(
    load_weight(index),
    load_weight(index + stride),
    load_weight(index + 2 * stride),
    load_weight(index + 3 * stride),
  );
}
