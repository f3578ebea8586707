// Weights stored as f16 and widened on load; must come first in a composed shader: [K][N/4].
enable f16;

@group(0) @binding(3) var<storage, read> weight: array<vec4h>;

fn load_weight(k: u32, column: u32, stride: u32) -> vec4f {
  return vec4f(weight[k * stride + column]);
}
