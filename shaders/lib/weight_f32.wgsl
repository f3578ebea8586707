// Weights stored as f32, four consecutive output columns to an element: [K][N/4].
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;

// Row `k` of the weight at column `column`; rows are `stride` apart; all but k in vec4.
fn load_weight(k: u32, column: u32, stride: u32) -> vec4f {
  return weight[k * stride + column];
}
