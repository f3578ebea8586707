// mean[c], scale[c] = mean of c's group, gamma[c] / sqrt(variance of c's group + eps).
// Shapes: chunk_means and chunk_squares [chunks, C] of group_norm_chunks.wgsl, gamma, mean, scale [C].
// A workgroup of 64 threads makes one group: the mean of the means, then the squares about it
// (Chan, Golub, LeVeque 1979): as exact as a two-pass variance, at one read of the picture.
// Assumes: C counts real channels, a multiple of the groups; rows are `stride` floats apart.
struct Dims {
  pixels: u32,
  stride: u32, // C padded to a multiple of 4
  chunk: u32, // pixels of a chunk; the last one may be shorter
  groups: u32,
  group_width: u32, // channels of a group
  eps: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> chunk_means: array<f32>; // [chunks, stride]
@group(0) @binding(2) var<storage, read> chunk_squares: array<f32>; // [chunks, stride]
@group(0) @binding(3) var<storage, read> gamma: array<f32>; // [stride], zero in the padding
@group(0) @binding(4) var<storage, read_write> mean: array<f32>; // [stride]
@group(0) @binding(5) var<storage, read_write> scale: array<f32>; // [stride]

fn chunk_pixels(chunk: u32) -> f32 {
  return f32(min(dims.chunk, dims.pixels - chunk * dims.chunk));
}

@compute @workgroup_size(SUM_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * dims.group_width;
  let chunks = (dims.pixels + dims.chunk - 1) / dims.chunk;
  let entries = chunks * dims.group_width;
  let elements = f32(dims.pixels * dims.group_width);
  var sum = 0.0;
  for (var i = lane; i < entries; i += SUM_LANES) {
    let chunk = i / dims.group_width;
    let index = chunk * dims.stride + first + i % dims.group_width;
    sum = fma(chunk_means[index], chunk_pixels(chunk), sum);
  }
  let group_mean = workgroup_sum(lane, sum) / elements;
  var squares = 0.0;
  for (var i = lane; i < entries; i += SUM_LANES) {
    let chunk = i / dims.group_width;
    let index = chunk * dims.stride + first + i % dims.group_width;
    let centred = chunk_means[index] - group_mean;
    squares += fma(centred * centred, chunk_pixels(chunk), chunk_squares[index]);
  }
  let variance = workgroup_sum(lane, squares) / elements;
  let inverse_deviation = inverseSqrt(variance + dims.eps);
  // The last group also writes the padding, so that nothing stale is left there.
  let last = select(first + dims.group_width, dims.stride, group.x + 1 == dims.groups);
  for (var channel = first + lane; channel < last; channel += SUM_LANES) {
    mean[channel] = group_mean;
    scale[channel] = gamma[channel] * inverse_deviation;
  }
}
