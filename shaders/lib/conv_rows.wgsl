// A convolution as a matrix product, for linear kernels: rows are the pixels of x of one phase after the
// other, each phase in tiles of its own; k are rows of taps, their channels, and the taps of a row.
// Nothing of that matrix is made: what a tile needs of it is found in x.
// Assumes: the kernel has TILE_ROWS and SLICES = 1.
const PIECE = 0x40000000u; // k are summed in one go; see lib/conv_operands.wgsl

struct RowDims {
  first_tile: u32, // of rows
}

const row_dims = RowDims(0);

var<private> phase_number: u32;
var<private> phase_row: u32; // the first of its phase

fn find_rows(first_row: u32, index: u32) -> u32 {
  let pixels = dims.rows * dims.width;
  let phase_rows = (pixels + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
  let number = first_row / phase_rows;
  phase_number = number;
  phase_row = number * phase_rows;
  return number * phase_rows + pixels;
}

fn prepare_x(first_row: u32, count: u32, index: u32) {
}

// Column and row of a tap.
fn tap_of(k: u32) -> vec2u {
  return vec2u(k % SIZE, k / (SIZE * dims.in_channels));
}

fn channel_of(k: u32) -> u32 {
  return (k / SIZE) % dims.in_channels;
}

fn load_x(row: u32, first_row: u32, k: u32, stride: u32) -> vec4f {
  let pixel = row - phase_row;
  let place = vec2u(pixel % dims.width, dims.first + pixel / dims.width);
  let position = first_tap(place.x, place.y, phase_of(phase_number)) + tap_of(k);
  if (position.y == 0 || position.y > dims.width) {
    return vec4f(0.0);
  }
  return load_pixel(line_start(position.y), position.x, channel_of(k));
}

fn active_columns() -> u32 {
  return dims.n_stride;
}

fn active_k() -> u32 {
  return SIZE * SIZE * dims.in_channels;
}

fn weight_column(column: u32) -> u32 {
  return column;
}

fn weight_row(k: u32) -> u32 {
  let tap = tap_of(k);
  return 4 * (phase_number * active_k() + (tap.y * SIZE + tap.x) * dims.in_channels + channel_of(k));
}

fn store_output(row: u32, first_row: u32, column: u32, value: vec4f) {
  let pixel = row - phase_row;
  let place = vec2u(pixel % dims.width, dims.first + pixel / dims.width);
  store_pixel(place.y, place.x, phase_of(phase_number), column, value);
}
