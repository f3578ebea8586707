// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 64 rows x 16 vec4 columns; a thread 8 rows x 2 vec4, all in registers.
// Assumes: widths of groups are multiples of 4. Sums run over k upwards in every variant, so that
// the choice of variant never changes a bit of the result.
const ROWS = 8u; // of a thread
const LANES = 8u;
const TILE_ROWS = LANES * ROWS;
const TILE_COLUMNS = 2 * LANES; // in vec4

// Stores one row of a thread's two columns, where they are there.
fn store_pair(row: u32, count: u32, left: u32, columns: u32, left_value: vec4f, right_value: vec4f) {
  if (row >= count) {
    return;
  }
  store_output(row, left, columns, left_value);
  if (left + LANES < columns) {
    store_output(row, left + LANES, columns, right_value);
  }
}

@compute @workgroup_size(LANES, LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let count = rows[0];
  let row = (tile.y * LANES + lane.y) * ROWS;
  let column = tile.x * 2 * LANES + lane.x;
  let columns = n_groups() * dims.n_group;
  if (row >= count || column >= columns) {
    return;
  }
  let left_column = weight_column(column);
  let right_column = weight_column(min(column + LANES, columns - 1));
  let x_stride = k_groups() * dims.k_group;
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
  let groups = k_groups();
  for (var group = 0u; group < groups; group++) {
    var w_row = weight_row(group) * dims.n_stride;
    let group_start = group * dims.k_group;
    for (var k = group_start; k < group_start + dims.k_group; k++) {
      let a0 = x[x0 + k];
      let a1 = x[x1 + k];
      let a2 = x[x2 + k];
      let a3 = x[x3 + k];
      let a4 = x[x4 + k];
      let a5 = x[x5 + k];
      let a6 = x[x6 + k];
      let a7 = x[x7 + k];
      let left_w = load_weights(w_row + left_column, dims.n_stride);
      left0 = multiply_add(a0, left_w, left0);
      left1 = multiply_add(a1, left_w, left1);
      left2 = multiply_add(a2, left_w, left2);
      left3 = multiply_add(a3, left_w, left3);
      left4 = multiply_add(a4, left_w, left4);
      left5 = multiply_add(a5, left_w, left5);
      left6 = multiply_add(a6, left_w, left6);
      left7 = multiply_add(a7, left_w, left7);
      let right_w = load_weights(w_row + right_column, dims.n_stride);
      right0 = multiply_add(a0, right_w, right0);
      right1 = multiply_add(a1, right_w, right1);
      right2 = multiply_add(a2, right_w, right2);
      right3 = multiply_add(a3, right_w, right3);
      right4 = multiply_add(a4, right_w, right4);
      right5 = multiply_add(a5, right_w, right5);
      right6 = multiply_add(a6, right_w, right6);
      right7 = multiply_add(a7, right_w, right7);
      w_row += 4 * dims.n_stride;
    }
  }
  let left_bias = bias[left_column];
  let right_bias = bias[right_column];
  store_pair(row, count, column, columns, left0 + left_bias, right0 + right_bias);
  store_pair(row + 1, count, column, columns, left1 + left_bias, right1 + right_bias);
  store_pair(row + 2, count, column, columns, left2 + left_bias, right2 + right_bias);
  store_pair(row + 3, count, column, columns, left3 + left_bias, right3 + right_bias);
  store_pair(row + 4, count, column, columns, left4 + left_bias, right4 + right_bias);
  store_pair(row + 5, count, column, columns, left5 + left_bias, right5 + right_bias);
  store_pair(row + 6, count, column, columns, left6 + left_bias, right6 + right_bias);
  store_pair(row + 7, count, column, columns, left7 + left_bias, right7 + right_bias);
}
