// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 64 rows x 16 vec4 columns; a thread 8 rows x 2 vec4, all in registers: for
// processors that imitate a graphics card, where workgroup memory is no faster than a cache.
// Assumes: widths of groups are multiples of 4; x is read as it is (lib/x_plain.wgsl), by
// lib/load_x_alone.wgsl or load_x_quad.wgsl.
const ROWS = 8u; // of a thread
const LANES = 8u;
const THREADS = LANES * LANES;
const TILE_ROWS = LANES * ROWS;
const TILE_COLUMNS = 2 * LANES; // in vec4

// Stores one row of a thread's two columns, where they are there.
fn store_pair(
  row: vec3u, // the row, the first of the tile, how many there are
  left: u32,
  columns: u32,
  left_value: vec4f,
  right_value: vec4f,
) {
  if (row.x >= row.z || left >= columns) {
    return;
  }
  store_output(row.x, row.y, left, left_value);
  if (left + LANES < columns) {
    store_output(row.x, row.y, left + LANES, right_value);
  }
}

// Threads lie in a row: of a square, Direct3D makes quads of 2 x 2.
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = (row_dims.first_tile + tile.y) * TILE_ROWS;
  let count = find_rows(first_row, index);
  let row = first_row + index / LANES * ROWS;
  let column = tile.x * TILE_COLUMNS + index % LANES;
  let columns = active_columns();
  // Threads of a quad, which may read x together, leave together.
  let quad_lane = index % 4;
  if (row >= count || column - quad_lane >= columns) {
    return;
  }
  let left_column = weight_column(min(column, columns - 1));
  let right_column = weight_column(min(column + LANES, columns - 1));
  let x_stride = active_k();
  // Rows past the end repeat the last one: reads stay in range and nothing of them is stored.
  let last = count - 1;
  let x0 = row * x_stride;
  let x1 = min(row + 1, last) * x_stride;
  let x2 = min(row + 2, last) * x_stride;
  let x3 = min(row + 3, last) * x_stride;
  let x4 = min(row + 4, last) * x_stride;
  let x5 = min(row + 5, last) * x_stride;
  let x6 = min(row + 6, last) * x_stride;
  let x7 = min(row + 7, last) * x_stride;
  // In memory, which a processor has enough of: they are needed once a piece.
  var totals: array<vec4f, 2 * ROWS>;
  var left0 = vec4f(0.0);
  var left1 = vec4f(0.0);
  var left2 = vec4f(0.0);
  var left3 = vec4f(0.0);
  var left4 = vec4f(0.0);
  var left5 = vec4f(0.0);
  var left6 = vec4f(0.0);
  var left7 = vec4f(0.0);
  var right0 = vec4f(0.0);
  var right1 = vec4f(0.0);
  var right2 = vec4f(0.0);
  var right3 = vec4f(0.0);
  var right4 = vec4f(0.0);
  var right5 = vec4f(0.0);
  var right6 = vec4f(0.0);
  var right7 = vec4f(0.0);
  var k = 0u;
  while (k < x_stride) {
    let piece_end = min((k / PIECE + 1) * PIECE, x_stride);
    let end = min(run_end(k), piece_end);
    var w_row = weight_row(k);
    let left_scale = load_scale(w_row, left_column, dims.n_stride);
    let right_scale = load_scale(w_row, right_column, dims.n_stride);
    for (; k < end; k++) {
      let a0 = load_k(x0 + k, quad_lane);
      let a1 = load_k(x1 + k, quad_lane);
      let a2 = load_k(x2 + k, quad_lane);
      let a3 = load_k(x3 + k, quad_lane);
      let a4 = load_k(x4 + k, quad_lane);
      let a5 = load_k(x5 + k, quad_lane);
      let a6 = load_k(x6 + k, quad_lane);
      let a7 = load_k(x7 + k, quad_lane);
      let left_w = load_weights(w_row, left_column, dims.n_stride, left_scale);
      left0 = multiply_add(a0, left_w, left0);
      left1 = multiply_add(a1, left_w, left1);
      left2 = multiply_add(a2, left_w, left2);
      left3 = multiply_add(a3, left_w, left3);
      left4 = multiply_add(a4, left_w, left4);
      left5 = multiply_add(a5, left_w, left5);
      left6 = multiply_add(a6, left_w, left6);
      left7 = multiply_add(a7, left_w, left7);
      let right_w = load_weights(w_row, right_column, dims.n_stride, right_scale);
      right0 = multiply_add(a0, right_w, right0);
      right1 = multiply_add(a1, right_w, right1);
      right2 = multiply_add(a2, right_w, right2);
      right3 = multiply_add(a3, right_w, right3);
      right4 = multiply_add(a4, right_w, right4);
      right5 = multiply_add(a5, right_w, right5);
      right6 = multiply_add(a6, right_w, right6);
      right7 = multiply_add(a7, right_w, right7);
      w_row += 4;
    }
    if (k == piece_end) {
      totals[0] += left0;
      left0 = vec4f(0.0);
      totals[1] += left1;
      left1 = vec4f(0.0);
      totals[2] += left2;
      left2 = vec4f(0.0);
      totals[3] += left3;
      left3 = vec4f(0.0);
      totals[4] += left4;
      left4 = vec4f(0.0);
      totals[5] += left5;
      left5 = vec4f(0.0);
      totals[6] += left6;
      left6 = vec4f(0.0);
      totals[7] += left7;
      left7 = vec4f(0.0);
      totals[8] += right0;
      right0 = vec4f(0.0);
      totals[9] += right1;
      right1 = vec4f(0.0);
      totals[10] += right2;
      right2 = vec4f(0.0);
      totals[11] += right3;
      right3 = vec4f(0.0);
      totals[12] += right4;
      right4 = vec4f(0.0);
      totals[13] += right5;
      right5 = vec4f(0.0);
      totals[14] += right6;
      right6 = vec4f(0.0);
      totals[15] += right7;
      right7 = vec4f(0.0);
    }
  }
  let left_bias = bias[left_column];
  let right_bias = bias[right_column];
  store_pair(vec3u(row, first_row, count), column, columns, totals[0] + left_bias, totals[8] + right_bias);
  store_pair(vec3u(row + 1, first_row, count), column, columns, totals[1] + left_bias, totals[9] + right_bias);
  store_pair(vec3u(row + 2, first_row, count), column, columns, totals[2] + left_bias, totals[10] + right_bias);
  store_pair(vec3u(row + 3, first_row, count), column, columns, totals[3] + left_bias, totals[11] + right_bias);
  store_pair(vec3u(row + 4, first_row, count), column, columns, totals[4] + left_bias, totals[12] + right_bias);
  store_pair(vec3u(row + 5, first_row, count), column, columns, totals[5] + left_bias, totals[13] + right_bias);
  store_pair(vec3u(row + 6, first_row, count), column, columns, totals[6] + left_bias, totals[14] + right_bias);
  store_pair(vec3u(row + 7, first_row, count), column, columns, totals[7] + left_bias, totals[15] + right_bias);
}
