// Weights of four k from `k` on, a column each; see `load_weight`.
fn load_weights(k: u32, column: u32, stride: u32) -> mat4x4f {
  return mat4x4f(
    load_weight(k, column, stride),
    load_weight(k + 1, column, stride),
    load_weight(k + 2, column, stride),
    load_weight(k + 3, column, stride),
  );
}
