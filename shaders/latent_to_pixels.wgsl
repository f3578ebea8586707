// y[p, c] = x[c, p] * factor, and, where there is a limit, limit * tanh(that / limit) of
// what is finite: a latent, channels last, as the decoder takes it.
// Shapes: x [C, S, S], y [S*S, C].
// A thread makes one vec4 of channels of one pixel.
// Assumes: y has C padded to a multiple of 4; the padding becomes zero.
struct Dims {
  channels: u32, // C
  pixels: u32, // S*S
  factor: f32, // 1 / scaling factor
  limit: f32, // 0 where there is none
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> x: array<f32>; // [C, S*S]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [S*S, C/4]

fn load_channel(channel: u32, pixel: u32) -> f32 {
  let index = min(channel, dims.channels - 1) * dims.pixels + pixel;
  var value = x[index] * dims.factor;
  if (dims.limit > 0.0) {
    // tanh is 1 to f32 precision beyond 10; larger arguments overflow exp on some drivers.
    let bent = dims.limit * tanh(clamp(value / dims.limit, -10.0, 10.0));
    value = select(value, bent, is_finite(value));
  }
  return select(0.0, value, channel < dims.channels);
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
