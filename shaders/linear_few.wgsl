// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 8 rows x 8 vec4 columns, for layers of few rows (adaLN, timesteps): what bounds
// them is reading the weights, so each is read once, by its own thread, and the 8 threads of a column
// share the k, a piece each.
// Assumes: widths of groups are multiples of 4.
const LANES = 8u; // columns, in vec4
const SLICES = 8u; // of the k; afterwards a thread adds up one row
const TILE_ROWS = SLICES;
const TILE_COLUMNS = LANES;
const THREADS = LANES * SLICES;

var<workgroup> piece_sums: array<vec4f, SLICES * TILE_ROWS * LANES>; // [slice][row][column]

@compute @workgroup_size(LANES, SLICES)
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
  let column = tile.x * LANES + lane.x;
  let columns = active_columns();
  let w_column = weight_column(min(column, columns - 1));
  let x_stride = active_k();
  // Rows past the end repeat the last one: reads stay in range and nothing of them is stored.
  let last = count - 1;
  let row1 = min(first_row + 1, last);
  let row2 = min(first_row + 2, last);
  let row3 = min(first_row + 3, last);
  let row4 = min(first_row + 4, last);
  let row5 = min(first_row + 5, last);
  let row6 = min(first_row + 6, last);
  let row7 = min(first_row + 7, last);
  var total = vec4f(0.0);
  for (var start = 0u; start < x_stride; start += SLICES * PIECE) {
    var sum0 = vec4f(0.0);
    var sum1 = vec4f(0.0);
    var sum2 = vec4f(0.0);
    var sum3 = vec4f(0.0);
    var sum4 = vec4f(0.0);
    var sum5 = vec4f(0.0);
    var sum6 = vec4f(0.0);
    var sum7 = vec4f(0.0);
    var k = start + lane.y * PIECE;
    let piece_end = min(k + PIECE, x_stride);
    while (k < piece_end) {
      let end = min(run_end(k), piece_end);
      var w_row = weight_row(k);
      let scale = load_scale(w_row, w_column, dims.n_stride);
      for (; k < end; k++) {
        let w = load_weights(w_row, w_column, dims.n_stride, scale);
        sum0 = multiply_add(load_x(first_row, first_row, k, x_stride), w, sum0);
        sum1 = multiply_add(load_x(row1, first_row, k, x_stride), w, sum1);
        sum2 = multiply_add(load_x(row2, first_row, k, x_stride), w, sum2);
        sum3 = multiply_add(load_x(row3, first_row, k, x_stride), w, sum3);
        sum4 = multiply_add(load_x(row4, first_row, k, x_stride), w, sum4);
        sum5 = multiply_add(load_x(row5, first_row, k, x_stride), w, sum5);
        sum6 = multiply_add(load_x(row6, first_row, k, x_stride), w, sum6);
        sum7 = multiply_add(load_x(row7, first_row, k, x_stride), w, sum7);
        w_row += 4;
      }
    }
    let place = lane.y * TILE_ROWS * LANES + lane.x;
    piece_sums[place] = sum0;
    piece_sums[place + 1 * LANES] = sum1;
    piece_sums[place + 2 * LANES] = sum2;
    piece_sums[place + 3 * LANES] = sum3;
    piece_sums[place + 4 * LANES] = sum4;
    piece_sums[place + 5 * LANES] = sum5;
    piece_sums[place + 6 * LANES] = sum6;
    piece_sums[place + 7 * LANES] = sum7;
    workgroupBarrier();
    for (var slice = 0u; slice < SLICES; slice++) {
      total += piece_sums[(slice * TILE_ROWS + lane.y) * LANES + lane.x];
    }
    // Nobody may overwrite the sums before everybody has read them.
    workgroupBarrier();
  }
  let row = first_row + lane.y;
  if (row < count && column < columns) {
    store_output(row, first_row, column, total + bias[w_column]);
  }
}
