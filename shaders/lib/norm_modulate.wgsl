// (x - mean) * inverse_deviation * (1 + scale) + shift, with scale and shift of the token's item.
struct NormDims {
  width: u32, // D
  tokens: u32, // N
  stride: u32, // columns of a row of modulation, in vec4
  shift: u32, // first column of the shift, in vec4
  scale: u32, // first column of the scale, in vec4
}

@group(0) @binding(10) var<uniform> norm: NormDims;
@group(0) @binding(11) var<storage, read> norm_modulation: array<vec4f>; // [evaluations*B, stride]

fn modulate(value: vec4f, column: u32, token: u32, statistics: vec2f) -> vec4f {
  let row = (step.modulation_row + token / norm.tokens) * norm.stride;
  let normed = centred(value, column, norm.width, statistics.x) * statistics.y;
  let scale = norm_modulation[row + norm.scale + column];
  return fma(normed, 1.0 + scale, norm_modulation[row + norm.shift + column]);
}
