// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 8 rows x 8 vec4 columns, one thread each; the readable one, kept as an oracle.
// Assumes: widths of groups are multiples of 4.
const TILE_ROWS = 8u;
const TILE_COLUMNS = 8u; // in vec4

@compute @workgroup_size(TILE_COLUMNS, TILE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  let columns = n_groups() * dims.n_group;
  if (row >= rows[0] || column >= columns) {
    return;
  }
  let w_column = weight_column(column);
  let x_row = row * k_groups() * dims.k_group;
  var sum = vec4f(0.0);
  for (var group = 0u; group < k_groups(); group++) {
    for (var k = 0u; k < dims.k_group * 4; k++) {
      let x_value = x[x_row + group * dims.k_group + k / 4][k % 4];
      sum = fma(vec4f(x_value), load_weight((weight_row(group) + k) * dims.n_stride + w_column), sum);
    }
  }
  store_output(row, column, columns, sum + bias[w_column]);
}
