// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 32 rows x 8 vec4 columns; a thread 4 rows x 1 vec4, all in registers.
// Assumes: widths of groups are multiples of 4. Sums run over k upwards in every variant, so that
// the choice of variant never changes a bit of the result.
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = rows[0];
  let row = id.y * 4;
  let column = id.x;
  let columns = n_groups() * dims.n_group;
  if (row >= count || column >= columns) {
    return;
  }
  let w_column = weight_column(column);
  let x_stride = k_groups() * dims.k_group;
  // Rows past the end repeat the last one: reads stay in range and nothing of them is stored.
  var x0 = row * x_stride;
  var x1 = min(row + 1, count - 1) * x_stride;
  var x2 = min(row + 2, count - 1) * x_stride;
  var x3 = min(row + 3, count - 1) * x_stride;
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  var sum2 = vec4f(0.0);
  var sum3 = vec4f(0.0);
  let groups = k_groups();
  for (var group = 0u; group < groups; group++) {
    var w_index = weight_row(group) * dims.n_stride + w_column;
    for (var k = 0u; k < dims.k_group; k++) {
      let a0 = x[x0];
      let a1 = x[x1];
      let a2 = x[x2];
      let a3 = x[x3];
      let w0 = load_weight(w_index);
      let w1 = load_weight(w_index + dims.n_stride);
      let w2 = load_weight(w_index + 2 * dims.n_stride);
      let w3 = load_weight(w_index + 3 * dims.n_stride);
      sum0 = fma(vec4f(a0.w), w3, fma(vec4f(a0.z), w2, fma(vec4f(a0.y), w1, fma(vec4f(a0.x), w0, sum0))));
      sum1 = fma(vec4f(a1.w), w3, fma(vec4f(a1.z), w2, fma(vec4f(a1.y), w1, fma(vec4f(a1.x), w0, sum1))));
      sum2 = fma(vec4f(a2.w), w3, fma(vec4f(a2.z), w2, fma(vec4f(a2.y), w1, fma(vec4f(a2.x), w0, sum2))));
      sum3 = fma(vec4f(a3.w), w3, fma(vec4f(a3.z), w2, fma(vec4f(a3.y), w1, fma(vec4f(a3.x), w0, sum3))));
      x0++;
      x1++;
      x2++;
      x3++;
      w_index += 4 * dims.n_stride;
    }
  }
  let b = bias[w_column];
  store_output(row, column, columns, sum0 + b);
  if (row + 1 < count) {
    store_output(row + 1, column, columns, sum1 + b);
  }
  if (row + 2 < count) {
    store_output(row + 2, column, columns, sum2 + b);
  }
  if (row + 3 < count) {
    store_output(row + 3, column, columns, sum3 + b);
  }
}
