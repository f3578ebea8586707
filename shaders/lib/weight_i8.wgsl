// Weights stored as int8, four columns to a word, the first in the lowest byte; those of a column are
// multiples of its scale: [K][N/4]. Integers are exact in f32, so that a weight is rounded once, as it
// is where a host widens it.
@group(0) @binding(3) var<storage, read> weight: array<u32>;
@group(0) @binding(13) var<storage, read> scales: array<vec4f>; // [N/4]

// Element `index` of the weight, which is of column `column`; both in vec4.
fn load_weight(index: u32, column: u32) -> vec4f {
  let integers = (vec4i(bitcast<i32>(weight[index])) << vec4u(24, 16, 8, 0)) >> vec4u(24);
  return vec4f(integers) * scales[column];
}
