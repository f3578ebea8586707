// y[p, n] = sum over SIZE x SIZE taps and c of x[q + tap, c] * w[phase, tap, c, n] + bias[n], added to
// what is in y where ADDS, then max(y, 0) where RELU; zeros outside the picture; see lib/conv_operands.wgsl.
// Shapes: x [rows of pixels, width, C], w [phases, SIZE, SIZE, C, N], y [rows of pixels, width of y, N].
// A thread makes 8 pixels of one phase in a row of x x 1 vec4 of channels in registers; threads run
// along channels.
// Assumes: C and N padded to multiples of 4, with zero weights in the padding.
override LANES_X: u32 = 8; // threads along channels
override LANES_Y: u32 = 8; // threads along pixels
const TILE = 8u;

// Stores a pixel where it is there.
fn store_column(row: u32, column: u32, phase: vec2u, channel: u32, value: vec4f) {
  if (column < dims.width) {
    store_pixel(row, column, phase, channel, value);
  }
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  let tiles = (dims.width + TILE - 1) / TILE;
  let row = dims.first + (id.y / tiles) % dims.rows;
  let number = id.y / tiles / dims.rows;
  let column = (id.y % tiles) * TILE;
  if (channel >= dims.n_stride || number >= phase_count()) {
    return;
  }
  let phase = phase_of(number);
  let first = first_tap(column, row, phase);
  let left = first.x;
  let tap_stride = 4 * dims.in_channels; // rows of the weight
  let w_start = number * SIZE * SIZE * tap_stride;
  let scale = load_scale(w_start, channel, dims.n_stride); // of weights that have none
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  var sum2 = vec4f(0.0);
  var sum3 = vec4f(0.0);
  var sum4 = vec4f(0.0);
  var sum5 = vec4f(0.0);
  var sum6 = vec4f(0.0);
  var sum7 = vec4f(0.0);
  for (var tap_row = 0u; tap_row < SIZE; tap_row++) {
    let position = first.y + tap_row;
    if (position == 0 || position > dims.width) {
      continue;
    }
    let line = line_start(position);
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
      let w_0 = load_weights(w_row, channel, dims.n_stride, scale);
      sum0 = multiply_add(x0, w_0, sum0);
      sum1 = multiply_add(x1, w_0, sum1);
      sum2 = multiply_add(x2, w_0, sum2);
      sum3 = multiply_add(x3, w_0, sum3);
      sum4 = multiply_add(x4, w_0, sum4);
      sum5 = multiply_add(x5, w_0, sum5);
      sum6 = multiply_add(x6, w_0, sum6);
      sum7 = multiply_add(x7, w_0, sum7);
      if (SIZE > 1) {
        let x8 = load_pixel(line, left + 8, c);
        let w_1 = load_weights(w_row + tap_stride, channel, dims.n_stride, scale);
        sum0 = multiply_add(x1, w_1, sum0);
        sum1 = multiply_add(x2, w_1, sum1);
        sum2 = multiply_add(x3, w_1, sum2);
        sum3 = multiply_add(x4, w_1, sum3);
        sum4 = multiply_add(x5, w_1, sum4);
        sum5 = multiply_add(x6, w_1, sum5);
        sum6 = multiply_add(x7, w_1, sum6);
        sum7 = multiply_add(x8, w_1, sum7);
        if (SIZE > 2) {
          let x9 = load_pixel(line, left + 9, c);
          let w_2 = load_weights(w_row + 2 * tap_stride, channel, dims.n_stride, scale);
          sum0 = multiply_add(x2, w_2, sum0);
          sum1 = multiply_add(x3, w_2, sum1);
          sum2 = multiply_add(x4, w_2, sum2);
          sum3 = multiply_add(x5, w_2, sum3);
          sum4 = multiply_add(x6, w_2, sum4);
          sum5 = multiply_add(x7, w_2, sum5);
          sum6 = multiply_add(x8, w_2, sum6);
          sum7 = multiply_add(x9, w_2, sum7);
        }
      }
      w_row += 4;
    }
  }
  let b = bias[channel];
  store_column(row, column, phase, channel, sum0 + b);
  store_column(row, column + 1, phase, channel, sum1 + b);
  store_column(row, column + 2, phase, channel, sum2 + b);
  store_column(row, column + 3, phase, channel, sum3 + b);
  store_column(row, column + 4, phase, channel, sum4 + b);
  store_column(row, column + 5, phase, channel, sum5 + b);
  store_column(row, column + 6, phase, channel, sum6 + b);
  store_column(row, column + 7, phase, channel, sum7 + b);
}
