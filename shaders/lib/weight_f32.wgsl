// Weights stored as f32, four consecutive output columns to an element: [K][N/4].
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;

// Element `index` of the weight, which is of column `column`; both in vec4.
fn load_weight(index: u32, column: u32) -> vec4f {
  return weight[index];
}
