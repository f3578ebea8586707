// What every convolution reads. SIZE 3: taps lie around the pixel p that they make. SIZE 1: on it. SIZE 2:
// every pixel of x makes 2 x 2 of y, each phase with a kernel of its own on the pixels next to it.
//
// Every kernel sums row by row of taps, in a row channel by channel, of a channel tap by tap, then adds
// the bias, so that the choice of one never changes a bit of the result.
override SIZE: u32 = 3;
override ADDS: bool = false; // to what is in y
override RELU: bool = false; // max(y, 0) at last

struct ConvDims {
  width: u32, // of x's picture, and its height
  in_channels: u32, // C, in vec4
  n_stride: u32, // N, in vec4
  x_first: u32, // row of the picture that x begins with
  y_first: u32, // row of its own picture that y begins with
  first: u32, // row of x's picture for which rows of y are made
  rows: u32,
}

@group(0) @binding(0) var<uniform> dims: ConvDims;
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // [rows, width, C/4]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>; // [N/4]
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>; // [rows of y, width of y, N/4]

// How many pixels of y a pixel of x makes.
fn phase_count() -> u32 {
  return select(1u, 4u, SIZE == 2);
}

// Column and row of the pixel that a phase makes, among those of a pixel of x.
fn phase_of(number: u32) -> vec2u {
  return vec2u(number % 2, number / 2);
}

// Column and row of x's picture under the first tap of a pixel, counted from 1 so that what is outside
// on the left is 0.
fn first_tap(column: u32, row: u32, phase: vec2u) -> vec2u {
  return vec2u(column, row) + phase + select(0u, 1u, SIZE == 1);
}

// Start in x of a row of its picture, counted from 1.
fn line_start(position: u32) -> u32 {
  return (position - 1 - dims.x_first) * dims.width;
}

// A column, counted from 1, of the row that starts at pixel `line` of x; zero outside the picture.
fn load_pixel(line: u32, position: u32, channel: u32) -> vec4f {
  let column = clamp(position, 1, dims.width) - 1;
  let value = x[(line + column) * dims.in_channels + channel];
  return select(vec4f(0.0), value, position >= 1 && position <= dims.width);
}

// A pixel of y: of a phase of pixel (row, column) of x's picture.
fn store_pixel(row: u32, column: u32, phase: vec2u, channel: u32, value: vec4f) {
  let scale = select(1u, 2u, SIZE == 2);
  let pixel = (row * scale + phase.y - dims.y_first) * dims.width * scale + column * scale + phase.x;
  let index = pixel * dims.n_stride + channel;
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
