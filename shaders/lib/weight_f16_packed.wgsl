// Weights stored as f16 pairs in u32, for adapters without shader-f16: [K][N/4].
@group(0) @binding(3) var<storage, read> weight: array<vec2u>;

// Scales of what `load_weight` reads from row `k` on: there are none.
fn load_scale(k: u32, column: u32, stride: u32) -> vec4f {
  return vec4f(1.0);
}

// Rows from row `k` on that share their scales.
fn scale_run(k: u32) -> u32 {
  return 0x40000000u;
}

// Element `index` of the weight, in vec4.
fn load_weight(index: u32, scale: vec4f) -> vec4f {
  let packed = weight[index];
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}
