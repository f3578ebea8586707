// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 8 rows x 8 vec4 columns, one thread each; the readable one, kept as an oracle.
// Assumes: widths of groups are multiples of 4.
const TILE_ROWS = 8u;
const TILE_COLUMNS = 8u; // in vec4
const THREADS = TILE_ROWS * TILE_COLUMNS;

@compute @workgroup_size(TILE_COLUMNS, TILE_ROWS)
fn main(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let first_row = (row_dims.first_tile + tile.y) * TILE_ROWS;
  let count = find_rows(first_row, index);
  if (first_row >= count) {
    return;
  }
  prepare_x(first_row, count, index);
  let row = first_row + lane.y;
  let column = tile.x * TILE_COLUMNS + lane.x;
  let columns = active_columns();
  if (row >= count || column >= columns) {
    return;
  }
  let w_column = weight_column(column);
  let x_stride = active_k();
  var total = vec4f(0.0);
  for (var piece = 0u; piece < x_stride; piece += PIECE) {
    var sum = vec4f(0.0);
    for (var k = piece; k < min(piece + PIECE, x_stride); k++) {
      let w_row = weight_row(k);
      let scale = load_scale(w_row, w_column, dims.n_stride);
      let w = load_weights(w_row, w_column, dims.n_stride, scale);
      sum = multiply_add(load_x(row, first_row, k, x_stride), w, sum);
    }
    total += sum;
  }
  store_output(row, first_row, column, total + bias[w_column]);
}
