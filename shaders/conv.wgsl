// y[p, n] = sum over SIZE x SIZE taps and c of x[q + tap, c] * w[phase, tap, c, n] + bias[n], added to
// what is in y where ADDS, then max(y, 0) where RELU; zeros outside the picture. SIZE 3: q = p, around which the taps lie. SIZE 2:
// every pixel of x makes 2 x 2 of y, each phase with a kernel of its own on the pixels next to it.
// Shapes: x [rows of pixels, width, C], w [phases, SIZE, SIZE, C, N], y [rows of pixels, width of y, N].
// A thread makes 8 pixels of one phase in a row of x x 1 vec4 of channels in registers; threads run
// along channels.
// Assumes: C and N padded to multiples of 4, with zero weights in the padding.
override SIZE: u32 = 3;
override ADDS: bool = false;
override RELU: bool = false;
override LANES_X: u32 = 8; // threads along channels
override LANES_Y: u32 = 8; // threads along pixels
const TILE = 8u;

struct Dims {
  width: u32, // of x's picture, and its height
  in_channels: u32, // C, in vec4
  out_channels: u32, // N, in vec4
  x_first: u32, // row of the picture that x begins with
  y_first: u32, // row of its own picture that y begins with
  first: u32, // row of x's picture for which rows of y are made
  rows: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows, width, C/4]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [N/4]
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [rows of y, width of y, N/4]

// Column `position` - 1 of the row that starts at pixel `line` of x; zero outside the picture.
fn load_pixel(line: u32, position: u32, channel: u32) -> vec4f {
  let column = clamp(position, 1, dims.width) - 1;
  let value = x[(line + column) * dims.in_channels + channel];
  return select(vec4f(0.0), value, position >= 1 && position <= dims.width);
}

// Pixel (row, column) of x's picture, or of a phase of it.
fn store_pixel(row: u32, column: u32, phase: vec2u, channel: u32, value: vec4f) {
  if (column >= dims.width) {
    return;
  }
  let scale = select(1u, 2u, SIZE == 2);
  let pixel = (row * scale + phase.y - dims.y_first) * dims.width * scale + column * scale + phase.x;
  let index = pixel * dims.out_channels + channel;
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
  let tiles = (dims.width + TILE - 1) / TILE;
  let row = dims.first + (id.y / tiles) % dims.rows;
  let number = id.y / tiles / dims.rows;
  let column = (id.y % tiles) * TILE;
  let phases = select(1u, 4u, SIZE == 2);
  if (channel >= dims.out_channels || number >= phases) {
    return;
  }
  let phase = vec2u(number % 2, number / 2);
  let left = column + phase.x;
  let tap_stride = 4 * dims.in_channels; // rows of the weight
  let w_start = number * SIZE * SIZE * tap_stride;
  var sum0 = bias[channel];
  var sum1 = sum0;
  var sum2 = sum0;
  var sum3 = sum0;
  var sum4 = sum0;
  var sum5 = sum0;
  var sum6 = sum0;
  var sum7 = sum0;
  for (var tap_row = 0u; tap_row < SIZE; tap_row++) {
    // Rows and columns are counted from 1 here, so that the one outside on the left is 0.
    let position = row + phase.y + tap_row;
    if (position == 0 || position > dims.width) {
      continue;
    }
    let line = (position - 1 - dims.x_first) * dims.width;
    var w_row = w_start + tap_row * SIZE * tap_stride;
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
      let w_0 = load_weights(w_row, channel, dims.out_channels);
      sum0 = multiply_add(x0, w_0, sum0);
      sum1 = multiply_add(x1, w_0, sum1);
      sum2 = multiply_add(x2, w_0, sum2);
      sum3 = multiply_add(x3, w_0, sum3);
      sum4 = multiply_add(x4, w_0, sum4);
      sum5 = multiply_add(x5, w_0, sum5);
      sum6 = multiply_add(x6, w_0, sum6);
      sum7 = multiply_add(x7, w_0, sum7);
      let w_1 = load_weights(w_row + tap_stride, channel, dims.out_channels);
      sum0 = multiply_add(x1, w_1, sum0);
      sum1 = multiply_add(x2, w_1, sum1);
      sum2 = multiply_add(x3, w_1, sum2);
      sum3 = multiply_add(x4, w_1, sum3);
      sum4 = multiply_add(x5, w_1, sum4);
      sum5 = multiply_add(x6, w_1, sum5);
      sum6 = multiply_add(x7, w_1, sum6);
      sum7 = multiply_add(x8, w_1, sum7);
      if (SIZE == 3) {
        let x9 = load_pixel(line, left + 9, c);
        let w_2 = load_weights(w_row + 2 * tap_stride, channel, dims.out_channels);
        sum0 = multiply_add(x2, w_2, sum0);
        sum1 = multiply_add(x3, w_2, sum1);
        sum2 = multiply_add(x4, w_2, sum2);
        sum3 = multiply_add(x5, w_2, sum3);
        sum4 = multiply_add(x6, w_2, sum4);
        sum5 = multiply_add(x7, w_2, sum5);
        sum6 = multiply_add(x8, w_2, sum6);
        sum7 = multiply_add(x9, w_2, sum7);
      }
      w_row += 4;
    }
  }
  store_pixel(row, column, phase, channel, sum0);
  store_pixel(row, column + 1, phase, channel, sum1);
  store_pixel(row, column + 2, phase, channel, sum2);
  store_pixel(row, column + 3, phase, channel, sum3);
  store_pixel(row, column + 4, phase, channel, sum4);
  store_pixel(row, column + 5, phase, channel, sum5);
  store_pixel(row, column + 6, phase, channel, sum6);
  store_pixel(row, column + 7, phase, channel, sum7);
}
