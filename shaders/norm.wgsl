// y[r] = LayerNorm(x[token]) * (1 + scale[item]) + shift[item], token = rows[1 + r], eps 1e-6.
// Shapes: x [B*N, D], modulation [evaluations*B, stride], rows [1 + count], y [count, D].
// A workgroup makes 4 rows with 16 lanes each: mean, then variance about it, then the output.
// Assumes: rows of x padded with zeros to a multiple of 4.
struct Dims {
  width: u32, // D
  tokens: u32, // N
  stride: u32, // columns of a row of modulation, in vec4
  shift: u32, // first column of the shift, in vec4
  scale: u32, // first column of the scale, in vec4
}

const LANES = 16u;
const TILE_ROWS = 4u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> modulation: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;

var<workgroup> lane_sums: array<f32, LANES * TILE_ROWS>;
var<workgroup> lane_squares: array<f32, LANES * TILE_ROWS>;

// x - mean, and zero in the padding.
fn centred(index: u32, column: u32, mean: f32) -> vec4f {
  let elements = vec4u(0, 1, 2, 3) + 4 * column;
  return select(vec4f(0.0), x[index] - mean, elements < vec4u(dims.width));
}

@compute @workgroup_size(LANES, TILE_ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let lane = local.x;
  let first_lane = local.y * LANES;
  let count = rows[0];
  let row = group.y * TILE_ROWS + local.y;
  // Rows past the end repeat the last one and store nothing: every lane must reach the barriers.
  let token = rows[1 + min(row, max(count, 1) - 1)];
  let columns = (dims.width + 3) / 4;
  let start = token * columns;

  var sum = vec4f(0.0);
  for (var i = lane; i < columns; i += LANES) {
    sum += x[start + i];
  }
  lane_sums[first_lane + lane] = dot(sum, vec4f(1.0));
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[first_lane + i];
  }
  let mean = total / f32(dims.width);

  var squares = vec4f(0.0);
  for (var i = lane; i < columns; i += LANES) {
    let distance = centred(start + i, i, mean);
    squares = fma(distance, distance, squares);
  }
  lane_squares[first_lane + lane] = dot(squares, vec4f(1.0));
  workgroupBarrier();
  var total_squares = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total_squares += lane_squares[first_lane + i];
  }
  let inverse_deviation = inverseSqrt(total_squares / f32(dims.width) + 1e-6);

  if (row >= count) {
    return;
  }
  let row_modulation = (step.modulation_row + token / dims.tokens) * dims.stride;
  for (var i = lane; i < columns; i += LANES) {
    let normed = centred(start + i, i, mean) * inverse_deviation;
    let scale = modulation[row_modulation + dims.scale + i];
    let shift = modulation[row_modulation + dims.shift + i];
    y[row * columns + i] = normed * (1.0 + scale) + shift;
  }
}
