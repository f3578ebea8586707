// y[p, n] = sum_c x[p, c] * w[c, n] + bias[n], added to what is in y where ADDS, then max(y, 0)
// where RELU: a linear layer over pixels.
// Shapes: x [pixels, C], w [C, N], y [pixels, N].
// A thread makes 4 pixels x 1 vec4 of channels in registers; threads run along channels.
// Assumes: C and N padded to multiples of 4, with zero weights in the padding.
override ADDS: bool = false;
override RELU: bool = false;
override LANES_X: u32 = 8; // threads along channels
override LANES_Y: u32 = 8; // threads along pixels
const TILE = 4u;

struct Dims {
  pixels: u32,
  x_start: u32, // first pixel of x
  y_start: u32, // first pixel of y
  in_channels: u32, // C, in vec4
  out_channels: u32, // N, in vec4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [pixels, C/4]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [N/4]
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [pixels, N/4]

fn store_pixel(pixel: u32, channel: u32, value: vec4f) {
  if (pixel >= dims.pixels) {
    return;
  }
  let index = (dims.y_start + pixel) * dims.out_channels + channel;
  var made = value;
  if (ADDS) {
    made += y[index];
  }
  if (RELU) {
    // Not max, which may lose a NaN: it has to be seen in the picture.
    made = select(made, vec4f(0.0), made < vec4f(0.0));
  }
  y[index] = made;
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  let pixel = id.y * TILE;
  if (channel >= dims.out_channels || pixel >= dims.pixels) {
    return;
  }
  // Pixels past the end repeat the last one: reads stay in range and nothing of them is stored.
  let last = dims.pixels - 1;
  let start0 = (dims.x_start + pixel) * dims.in_channels;
  let start1 = (dims.x_start + min(pixel + 1, last)) * dims.in_channels;
  let start2 = (dims.x_start + min(pixel + 2, last)) * dims.in_channels;
  let start3 = (dims.x_start + min(pixel + 3, last)) * dims.in_channels;
  var sum0 = bias[channel];
  var sum1 = sum0;
  var sum2 = sum0;
  var sum3 = sum0;
  for (var c = 0u; c < dims.in_channels; c++) {
    let w = load_weights(4 * c, channel, dims.out_channels);
    sum0 = multiply_add(x[start0 + c], w, sum0);
    sum1 = multiply_add(x[start1 + c], w, sum1);
    sum2 = multiply_add(x[start2 + c], w, sum2);
    sum3 = multiply_add(x[start3 + c], w, sum3);
  }
  store_pixel(pixel, channel, sum0);
  store_pixel(pixel + 1, channel, sum1);
  store_pixel(pixel + 2, channel, sum2);
  store_pixel(pixel + 3, channel, sum3);
}
