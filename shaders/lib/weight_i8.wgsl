// Weights stored as bytes from -127 to 127 of a column's largest magnitude, which `scales` holds:
// [K][N/4], four columns to a word.
@group(0) @binding(3) var<storage, read> weight: array<u32>;
@group(0) @binding(13) var<storage, read> scales: array<vec4f>; // [N/4]

// Element `index` of the weight, which is of column `column`; both in vec4.
fn load_weight(index: u32, column: u32) -> vec4f {
  return unpack4x8snorm(weight[index]) * scales[column];
}
