// Weights stored as f16 pairs in u32, for adapters without shader-f16: [K][N/4].
@group(0) @binding(3) var<storage, read> weight: array<vec2u>;

// Element `index` of the weight, which is of column `column`; both in vec4.
fn load_weight(index: u32, column: u32) -> vec4f {
  let packed = weight[index];
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}
