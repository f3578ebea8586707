// Mean and inverse deviation of rows, STATISTICS_LANES threads a row: mean first, then the variance
// about it; eps 1e-6.
// Assumes: the kernel has THREADS; every thread of the workgroup comes here as often as the others.
const STATISTICS_LANES = 16u;

var<workgroup> lane_sums: array<f32, THREADS>;
var<workgroup> lane_squares: array<f32, THREADS>;

// x - mean, and zero in the padding past `width` elements.
fn centred(value: vec4f, column: u32, width: u32, mean: f32) -> vec4f {
  let elements = vec4u(0, 1, 2, 3) + 4 * column;
  return select(vec4f(0.0), value - mean, elements < vec4u(width));
}

// Of the row of x that begins at vec4 `start`; `index` is the thread's own.
fn row_statistics(start: u32, width: u32, index: u32) -> vec2f {
  let lane = index % STATISTICS_LANES;
  let first_lane = index - lane;
  let columns = (width + 3) / 4;
  var sum = vec4f(0.0);
  for (var i = lane; i < columns; i += STATISTICS_LANES) {
    sum += x[start + i];
  }
  lane_sums[index] = dot(sum, vec4f(1.0));
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < STATISTICS_LANES; i++) {
    total += lane_sums[first_lane + i];
  }
  let mean = total / f32(width);
  var squares = vec4f(0.0);
  for (var i = lane; i < columns; i += STATISTICS_LANES) {
    let distance = centred(x[start + i], i, width, mean);
    squares = fma(distance, distance, squares);
  }
  lane_squares[index] = dot(squares, vec4f(1.0));
  workgroupBarrier();
  var total_squares = 0.0;
  for (var i = 0u; i < STATISTICS_LANES; i++) {
    total_squares += lane_squares[first_lane + i];
  }
  return vec2f(mean, inverseSqrt(total_squares / f32(width) + 1e-6));
}
