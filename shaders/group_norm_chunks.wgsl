// chunks[i, c] = (mean, sum of squares about that mean) of channel c over chunk i of the pixels.
// Shapes: x [pixels, C], chunk_means and chunk_squares [ceil(pixels/chunk), C].
// A thread makes one vec4 of channels of one chunk, in two passes; threads run along channels.
// Assumes: C padded to a multiple of 4; group_norm_merge.wgsl comes next.
struct Dims {
  pixels: u32,
  channels: u32, // C, in vec4
  chunk: u32, // pixels of a chunk
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [pixels, C/4]
@group(0) @binding(2) var<storage, read_write> chunk_means: array<vec4f>; // [chunks, C/4]
@group(0) @binding(3) var<storage, read_write> chunk_squares: array<vec4f>; // [chunks, C/4]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  let first = id.y * dims.chunk;
  if (channel >= dims.channels || first >= dims.pixels) {
    return;
  }
  let last = min(first + dims.chunk, dims.pixels);
  var sum = vec4f(0.0);
  for (var pixel = first; pixel < last; pixel++) {
    sum += x[pixel * dims.channels + channel];
  }
  let mean = sum / f32(last - first);
  var squares = vec4f(0.0);
  for (var pixel = first; pixel < last; pixel++) {
    let centred = x[pixel * dims.channels + channel] - mean;
    squares = fma(centred, centred, squares);
  }
  let index = id.y * dims.channels + channel;
  chunk_means[index] = mean;
  chunk_squares[index] = squares;
}
