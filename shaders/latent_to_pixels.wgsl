// y[p, c] = x[c, p] * factor: a latent, channels last, as the decoder takes it.
// Shapes: x [C, S, S], y [S*S, C].
// A thread makes one vec4 of channels of one pixel.
// Assumes: y has C padded to a multiple of 4; the padding becomes zero.
struct Dims {
  channels: u32, // C
  pixels: u32, // S*S
  factor: f32, // 1 / scaling factor
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> x: array<f32>; // [C, S*S]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [S*S, C/4]

fn load_channel(channel: u32, pixel: u32) -> f32 {
  let index = min(channel, dims.channels - 1) * dims.pixels + pixel;
  return select(0.0, x[index] * dims.factor, channel < dims.channels);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  if (pixel >= dims.pixels) {
    return;
  }
  let channel = id.y * 4;
  y[pixel * ((dims.channels + 3) / 4) + id.y] = vec4f(
    load_channel(channel, pixel),
    load_channel(channel + 1, pixel),
    load_channel(channel + 2, pixel),
    load_channel(channel + 3, pixel),
  );
}
