// y[p, c] = f((x[p, c] - mean[c]) * scale[c] + beta[c]), f = SiLU or identity.
// Shapes: x and y [pixels, C], statistics (mean, scale, beta of group_statistics.wgsl) [3, C].
// A thread makes 4 pixels x 1 vec4 of channels; threads run along channels.
// Assumes: C padded to a multiple of 4, with zero scale and beta in the padding.
override SILU: bool = false;
const TILE = 4u;

struct Dims {
  pixels: u32,
  channels: u32, // C, in vec4
  x_start: u32, // first pixel of x
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [pixels, C/4]
@group(0) @binding(2) var<storage, read> statistics: array<vec4f>; // [3, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [pixels, C/4]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  if (channel >= dims.channels) {
    return;
  }
  let mean = statistics[channel];
  let scale = statistics[dims.channels + channel];
  let beta = statistics[2 * dims.channels + channel];
  let last = min((id.y + 1) * TILE, dims.pixels);
  for (var pixel = id.y * TILE; pixel < last; pixel++) {
    var value = (x[(dims.x_start + pixel) * dims.channels + channel] - mean) * scale + beta;
    if (SILU) {
      value = silu(value);
    }
    y[pixel * dims.channels + channel] = value;
  }
}
