// Weights stored as f16 and widened on load: [K][N/4].
enable f16;

@group(0) @binding(3) var<storage, read> weight: array<vec4h>;

// Element `index` of the weight, which is of column `column`; both in vec4.
fn load_weight(index: u32, column: u32) -> vec4f {
  return vec4f(weight[index]);
}
