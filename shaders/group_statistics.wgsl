// y[c] = mean of c's group, gamma[c] / sqrt(variance of c's group + eps), beta[c].
// Shapes: x [side, 2, C] of row_moments.wgsl, gamma and beta [C], y [3, C].
// A workgroup of 64 threads makes one group: the mean of the means, then the squares about it
// (Chan, Golub, LeVeque 1979): as exact as a two-pass variance, at one read of the picture.
// Assumes: C counts real channels, a multiple of the groups; rows are `stride` floats apart.
struct Dims {
  side: u32, // rows, and pixels of each
  stride: u32, // C padded to a multiple of 4
  groups: u32,
  group_width: u32, // channels of a group
  eps: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [side, 2, stride]
@group(0) @binding(2) var<storage, read> gamma: array<f32>; // [stride], zero in the padding
@group(0) @binding(3) var<storage, read> beta: array<f32>; // [stride], zero in the padding
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [3, stride]

@compute @workgroup_size(SUM_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * dims.group_width;
  let entries = dims.side * dims.group_width;
  var sum = 0.0;
  for (var i = lane; i < entries; i += SUM_LANES) {
    sum += x[(i / dims.group_width) * 2 * dims.stride + first + i % dims.group_width];
  }
  let mean = workgroup_sum(lane, sum) / f32(entries);
  let row_pixels = f32(dims.side);
  var squares = 0.0;
  for (var i = lane; i < entries; i += SUM_LANES) {
    let index = (i / dims.group_width) * 2 * dims.stride + first + i % dims.group_width;
    let centred = x[index] - mean;
    squares += fma(centred * centred, row_pixels, x[index + dims.stride]);
  }
  let variance = workgroup_sum(lane, squares) / (f32(entries) * row_pixels);
  let inverse_deviation = inverseSqrt(variance + dims.eps);
  // The last group also writes the padding, so that nothing stale is left there.
  let last = select(first + dims.group_width, dims.stride, group.x + 1 == dims.groups);
  for (var channel = first + lane; channel < last; channel += SUM_LANES) {
    y[channel] = mean;
    y[dims.stride + channel] = gamma[channel] * inverse_deviation;
    y[2 * dims.stride + channel] = beta[channel];
  }
}
