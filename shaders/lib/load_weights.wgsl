// Weights of four k from row `k` on, a column each; rows are `stride` apart, all but k in vec4.
fn load_weights(k: u32, column: u32, stride: u32) -> mat4x4f {
  let index = k * stride + column;
  return mat4x4f(
    load_weight(index, column),
    load_weight(index + stride, column),
    load_weight(index + 2 * stride, column),
    load_weight(index + 3 * stride, column),
  );
}
