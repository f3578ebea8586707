// y[p, c] = f((x[p, c] - mean[c]) * scale[c] + beta[c]), f = SiLU or identity.
// Shapes: x and y [pixels, C], mean, scale (of group_norm_merge.wgsl) and beta [C].
// A thread makes 4 pixels x 1 vec4 of channels; threads run along channels.
// Assumes: C padded to a multiple of 4, with zero scale and beta in the padding.
override SILU: bool = false;
const TILE = 4u;

struct Dims {
  pixels: u32,
  channels: u32, // C, in vec4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [pixels, C/4]
@group(0) @binding(2) var<storage, read> mean: array<vec4f>; // [C/4]
@group(0) @binding(3) var<storage, read> scale: array<vec4f>; // [C/4]
@group(0) @binding(4) var<storage, read> beta: array<vec4f>; // [C/4]
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [pixels, C/4]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  if (channel >= dims.channels) {
    return;
  }
  let last = min((id.y + 1) * TILE, dims.pixels);
  for (var pixel = id.y * TILE; pixel < last; pixel++) {
    let index = pixel * dims.channels + channel;
    var value = (x[index] - mean[channel]) * scale[channel] + beta[channel];
    if (SILU) {
      value = silu(value);
    }
    y[index] = value;
  }
}
