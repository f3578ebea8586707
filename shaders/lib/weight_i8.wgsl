// Weights stored as int8, four columns to a word, the first in the lowest byte; those of a column are
// multiples of a scale for every dims.k_scaled rows: [K][N/4]. Integers are exact in f32, so that a weight
// is rounded once, as it is where a host widens it.
@group(0) @binding(3) var<storage, read> weight: array<u32>;
@group(0) @binding(13) var<storage, read> scales: array<vec4f>; // [K / k_scaled][N/4]

// Scales of column `column` (in vec4) from row `k` on; rows of scales are `stride` apart, in vec4.
fn load_scale(k: u32, column: u32, stride: u32) -> vec4f {
  return scales[k / dims.k_scaled * stride + column];
}

// Rows from row `k` on that share their scales.
fn scale_run(k: u32) -> u32 {
  return dims.k_scaled - k % dims.k_scaled;
}

// Element `index` of the weight, in vec4, whose scales are `scale`.
fn load_weight(index: u32, scale: vec4f) -> vec4f {
  let integers = (vec4i(bitcast<i32>(weight[index])) << vec4u(24, 16, 8, 0)) >> vec4u(24);
  return vec4f(integers) * scale;
}
