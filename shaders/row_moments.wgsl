// y[row] = (mean, sum of squares about that mean) of every channel over a row of pixels.
// Shapes: x [rows, side, C], y [rows, 2, C].
// A thread makes one vec4 of channels of one row, in two passes; threads run along channels.
// Assumes: C padded to a multiple of 4.
struct Dims {
  side: u32, // pixels of a row
  channels: u32, // C, in vec4
  x_start: u32, // first pixel of x
  y_start: u32, // first row of y
  rows: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows, side, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [rows, 2, C/4]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  if (channel >= dims.channels || id.y >= dims.rows) {
    return;
  }
  let first = dims.x_start + id.y * dims.side;
  let last = first + dims.side;
  var sum = vec4f(0.0);
  for (var pixel = first; pixel < last; pixel++) {
    sum += x[pixel * dims.channels + channel];
  }
  let mean = sum / f32(dims.side);
  var squares = vec4f(0.0);
  for (var pixel = first; pixel < last; pixel++) {
    let centred = x[pixel * dims.channels + channel] - mean;
    squares = fma(centred, centred, squares);
  }
  let index = (dims.y_start + id.y) * 2 * dims.channels + channel;
  y[index] = mean;
  y[index + dims.channels] = squares;
}
