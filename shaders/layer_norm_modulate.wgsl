// y[r] = LayerNorm(x[token]) * (1 + scale[item]) + shift[item], token = rows[1 + r], eps 1e-6.
// Shapes: x [B*N, D], modulation [B, stride], rows [1 + count], y [count, D].
// A workgroup of 64 threads makes one row: mean, then variance about it, then the output.
// Assumes: D % 4 == 0.
struct Dims {
  width: u32, // D, in vec4
  tokens: u32, // N
  stride: u32, // columns of a row of modulation, in vec4
  shift: u32, // first column of the shift, in vec4
  scale: u32, // first column of the scale, in vec4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> modulation: array<vec4f>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = rows[1 + group.x];
  let start = token * dims.width;
  let elements = f32(dims.width * 4);
  var sum = vec4f(0.0);
  for (var i = lane; i < dims.width; i += SUM_LANES) {
    sum += x[start + i];
  }
  let mean = workgroup_sum(lane, dot(sum, vec4f(1.0))) / elements;
  var squares = vec4f(0.0);
  for (var i = lane; i < dims.width; i += SUM_LANES) {
    let centred = x[start + i] - mean;
    squares = fma(centred, centred, squares);
  }
  let variance = workgroup_sum(lane, dot(squares, vec4f(1.0))) / elements;
  let inverse_deviation = inverseSqrt(variance + 1e-6);
  let row_modulation = (token / dims.tokens) * dims.stride;
  for (var i = lane; i < dims.width; i += SUM_LANES) {
    let normed = (x[start + i] - mean) * inverse_deviation;
    let scale = modulation[row_modulation + dims.scale + i];
    let shift = modulation[row_modulation + dims.shift + i];
    y[group.x * dims.width + i] = normed * (1.0 + scale) + shift;
  }
}
