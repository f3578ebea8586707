// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 8 rows x 64 vec4 columns; a thread 8 rows x 1 vec4. Each lane of a subgroup loads
// another vec4 of the rows, and all get them from it by shuffles: no workgroup memory, no barriers.
// Assumes: widths of groups are multiples of 4; nothing of the size of a subgroup.
enable subgroups;

const TILE_ROWS = 8u;
const TILE_COLUMNS = 64u; // in vec4
const THREADS = TILE_COLUMNS;

// Stores a row where it is there.
fn store_row(
  row: u32,
  first_row: u32,
  place: vec2u, // the column, how many rows there are
  value: vec4f,
) {
  if (row < place.y) {
    store_output(row, first_row, place.x, value);
  }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) subgroup_size: u32,
) {
  let first_row = (row_dims.first_tile + tile.y) * TILE_ROWS;
  let count = find_rows(first_row, index);
  if (first_row >= count) {
    return;
  }
  prepare_x(first_row, count, index);
  let column = tile.x * TILE_COLUMNS + index;
  let columns = active_columns();
  let w_column = weight_column(min(column, columns - 1));
  let x_stride = active_k();
  // A subgroup may have more lanes than the workgroup.
  let lanes = min(subgroup_size, THREADS);
  // Rows past the end repeat the last one: reads stay in range and nothing of them is stored.
  let last = count - 1;
  let row1 = min(first_row + 1, last);
  let row2 = min(first_row + 2, last);
  let row3 = min(first_row + 3, last);
  let row4 = min(first_row + 4, last);
  let row5 = min(first_row + 5, last);
  let row6 = min(first_row + 6, last);
  let row7 = min(first_row + 7, last);
  var total0 = vec4f(0.0);
  var total1 = vec4f(0.0);
  var total2 = vec4f(0.0);
  var total3 = vec4f(0.0);
  var total4 = vec4f(0.0);
  var total5 = vec4f(0.0);
  var total6 = vec4f(0.0);
  var total7 = vec4f(0.0);
  for (var piece = 0u; piece < x_stride; piece += PIECE) {
    let piece_end = min(piece + PIECE, x_stride);
    var sum0 = vec4f(0.0);
    var sum1 = vec4f(0.0);
    var sum2 = vec4f(0.0);
    var sum3 = vec4f(0.0);
    var sum4 = vec4f(0.0);
    var sum5 = vec4f(0.0);
    var sum6 = vec4f(0.0);
    var sum7 = vec4f(0.0);
    for (var start = piece; start < piece_end; start += lanes) {
      let mine = min(start + lane, piece_end - 1);
      let a0 = load_x(first_row, first_row, mine, x_stride);
      let a1 = load_x(row1, first_row, mine, x_stride);
      let a2 = load_x(row2, first_row, mine, x_stride);
      let a3 = load_x(row3, first_row, mine, x_stride);
      let a4 = load_x(row4, first_row, mine, x_stride);
      let a5 = load_x(row5, first_row, mine, x_stride);
      let a6 = load_x(row6, first_row, mine, x_stride);
      let a7 = load_x(row7, first_row, mine, x_stride);
      // Those that have come, in runs.
      let there = min(lanes, piece_end - start);
      var source = 0u;
      while (source < there) {
        let end = min(run_end(start + source) - start, there);
        var w_row = weight_row(start + source);
        let scale = load_scale(w_row, w_column, dims.n_stride);
        for (; source < end; source++) {
          let w = load_weights(w_row, w_column, dims.n_stride, scale);
          sum0 = multiply_add(subgroupShuffle(a0, source), w, sum0);
          sum1 = multiply_add(subgroupShuffle(a1, source), w, sum1);
          sum2 = multiply_add(subgroupShuffle(a2, source), w, sum2);
          sum3 = multiply_add(subgroupShuffle(a3, source), w, sum3);
          sum4 = multiply_add(subgroupShuffle(a4, source), w, sum4);
          sum5 = multiply_add(subgroupShuffle(a5, source), w, sum5);
          sum6 = multiply_add(subgroupShuffle(a6, source), w, sum6);
          sum7 = multiply_add(subgroupShuffle(a7, source), w, sum7);
          w_row += 4;
        }
      }
    }
    total0 += sum0;
    total1 += sum1;
    total2 += sum2;
    total3 += sum3;
    total4 += sum4;
    total5 += sum5;
    total6 += sum6;
    total7 += sum7;
  }
  if (column >= columns) {
    return;
  }
  let b = bias[w_column];
  let place = vec2u(column, count);
  store_row(first_row, first_row, place, total0 + b);
  store_row(first_row + 1, first_row, place, total1 + b);
  store_row(first_row + 2, first_row, place, total2 + b);
  store_row(first_row + 3, first_row, place, total3 + b);
  store_row(first_row + 4, first_row, place, total4 + b);
  store_row(first_row + 5, first_row, place, total5 + b);
  store_row(first_row + 6, first_row, place, total6 + b);
  store_row(first_row + 7, first_row, place, total7 + b);
}
