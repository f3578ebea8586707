// Weights stored as f16 pairs in u32, for adapters without shader-f16: [K][N/4].
@group(0) @binding(3) var<storage, read> weight: array<vec2u>;

fn load_weight(k: u32, column: u32, stride: u32) -> vec4f {
  let packed = weight[k * stride + column];
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}
