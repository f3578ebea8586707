// y[p, n] = sum over 3x3 taps and c of u(x)[p + tap, c] * w[tap, c, n] + bias[n] (+ residual[p, n]),
// zeros outside the picture; u repeats every pixel UPSAMPLE x UPSAMPLE times (nearest neighbour).
// Shapes: x [height/UPSAMPLE, width/UPSAMPLE, C], w [3, 3, C, N], y and residual [height, width, N].
// A thread makes 8 pixels of a row x 1 vec4 of channels in registers; threads run along channels.
// Assumes: C and N padded to multiples of 4, with zero weights in the padding.
override UPSAMPLE: u32 = 1;
override RESIDUAL: bool = false;
override LANES_X: u32 = 8; // threads along channels
override LANES_Y: u32 = 8; // threads along pixels
const TILE = 8u;

struct Dims {
  width: u32, // of y
  height: u32, // of y
  in_channels: u32, // C, in vec4
  out_channels: u32, // N, in vec4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [height/U, width/U, C/4]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [N/4]
@group(0) @binding(4) var<storage, read> residual: array<vec4f>; // [height, width, N/4]; unread without RESIDUAL
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [height, width, N/4]

// Column `position` - 1 of the upsampled row that starts at pixel `line` of x; zero outside.
fn load_pixel(line: u32, position: u32, channel: u32) -> vec4f {
  let column = (clamp(position, 1, dims.width) - 1) / UPSAMPLE;
  let value = x[(line + column) * dims.in_channels + channel];
  return select(vec4f(0.0), value, position >= 1 && position <= dims.width);
}

fn store_pixel(row: u32, column: u32, channel: u32, value: vec4f) {
  if (column >= dims.width) {
    return;
  }
  let index = (row * dims.width + column) * dims.out_channels + channel;
  if (RESIDUAL) {
    y[index] = value + residual[index];
  } else {
    y[index] = value;
  }
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  let tiles = (dims.width + TILE - 1) / TILE;
  let row = id.y / tiles;
  let left = (id.y % tiles) * TILE;
  if (channel >= dims.out_channels || row >= dims.height) {
    return;
  }
  let tap_stride = 4 * dims.in_channels; // rows of the weight
  var sum0 = bias[channel];
  var sum1 = sum0;
  var sum2 = sum0;
  var sum3 = sum0;
  var sum4 = sum0;
  var sum5 = sum0;
  var sum6 = sum0;
  var sum7 = sum0;
  for (var tap_row = 0u; tap_row < 3; tap_row++) {
    // Rows and columns are counted from 1 here, so that the one outside on the left is 0.
    let position = row + tap_row;
    if (position == 0 || position > dims.height) {
      continue;
    }
    let line = ((position - 1) / UPSAMPLE) * (dims.width / UPSAMPLE);
    var w_row = tap_row * 3 * tap_stride;
    for (var c = 0u; c < dims.in_channels; c++) {
      let x0 = load_pixel(line, left, c);
      let x1 = load_pixel(line, left + 1, c);
      let x2 = load_pixel(line, left + 2, c);
      let x3 = load_pixel(line, left + 3, c);
      let x4 = load_pixel(line, left + 4, c);
      let x5 = load_pixel(line, left + 5, c);
      let x6 = load_pixel(line, left + 6, c);
      let x7 = load_pixel(line, left + 7, c);
      let x8 = load_pixel(line, left + 8, c);
      let x9 = load_pixel(line, left + 9, c);
      let w_left = load_weights(w_row, channel, dims.out_channels);
      sum0 = multiply_add(x0, w_left, sum0);
      sum1 = multiply_add(x1, w_left, sum1);
      sum2 = multiply_add(x2, w_left, sum2);
      sum3 = multiply_add(x3, w_left, sum3);
      sum4 = multiply_add(x4, w_left, sum4);
      sum5 = multiply_add(x5, w_left, sum5);
      sum6 = multiply_add(x6, w_left, sum6);
      sum7 = multiply_add(x7, w_left, sum7);
      let w_centre = load_weights(w_row + tap_stride, channel, dims.out_channels);
      sum0 = multiply_add(x1, w_centre, sum0);
      sum1 = multiply_add(x2, w_centre, sum1);
      sum2 = multiply_add(x3, w_centre, sum2);
      sum3 = multiply_add(x4, w_centre, sum3);
      sum4 = multiply_add(x5, w_centre, sum4);
      sum5 = multiply_add(x6, w_centre, sum5);
      sum6 = multiply_add(x7, w_centre, sum6);
      sum7 = multiply_add(x8, w_centre, sum7);
      let w_right = load_weights(w_row + 2 * tap_stride, channel, dims.out_channels);
      sum0 = multiply_add(x2, w_right, sum0);
      sum1 = multiply_add(x3, w_right, sum1);
      sum2 = multiply_add(x4, w_right, sum2);
      sum3 = multiply_add(x5, w_right, sum3);
      sum4 = multiply_add(x6, w_right, sum4);
      sum5 = multiply_add(x7, w_right, sum5);
      sum6 = multiply_add(x8, w_right, sum6);
      sum7 = multiply_add(x9, w_right, sum7);
      w_row += 4;
    }
  }
  store_pixel(row, left, channel, sum0);
  store_pixel(row, left + 1, channel, sum1);
  store_pixel(row, left + 2, channel, sum2);
  store_pixel(row, left + 3, channel, sum3);
  store_pixel(row, left + 4, channel, sum4);
  store_pixel(row, left + 5, channel, sum5);
  store_pixel(row, left + 6, channel, sum6);
  store_pixel(row, left + 7, channel, sum7);
}
