// Weights of four k from row `k` on, a column each, which share their scales; rows are `stride` apart, all
// but k in vec4.
fn load_weights(k: u32, column: u32, stride: u32, scale: vec4f) -> mat4x4f {
  let index = k * stride + column;
  return mat4x4f(
    load_weight(index, scale),
    load_weight(index + stride, scale),
    load_weight(index + 2 * stride, scale),
    load_weight(index + 3 * stride, scale),
  );
}
