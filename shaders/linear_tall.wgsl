// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 64 rows x 16 vec4 columns from tiles in workgroup memory; a thread 8 rows x 1
// vec4, so that a weight that was read from there meets eight rows: for products of many tiles.
// Assumes: widths of groups are multiples of 4.
const ROWS = 8u; // of a thread
const LANES_X = 16u;
const LANES_Y = 8u;
const SLICES = 1u;
const TILE_ROWS = ROWS * LANES_Y;
const TILE_COLUMNS = LANES_X;
const THREADS = LANES_X * LANES_Y;

@compute @workgroup_size(LANES_X, LANES_Y, SLICES)
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
  let columns = active_columns();
  let x_stride = active_k();
  let area = lane.z * TILE_AREA;
  let by = Filler(
    first_row,
    count,
    tile.x * LANES_X,
    columns,
    x_stride,
    area,
    lane.y * LANES_X + lane.x,
  );
  let tile_row = lane.y * ROWS;
  var total0 = vec4f(0.0);
  var total1 = vec4f(0.0);
  var total2 = vec4f(0.0);
  var total3 = vec4f(0.0);
  var total4 = vec4f(0.0);
  var total5 = vec4f(0.0);
  var total6 = vec4f(0.0);
  var total7 = vec4f(0.0);
  for (var start = 0u; start < x_stride; start += SLICES * PIECE) {
    var sum0 = vec4f(0.0);
    var sum1 = vec4f(0.0);
    var sum2 = vec4f(0.0);
    var sum3 = vec4f(0.0);
    var sum4 = vec4f(0.0);
    var sum5 = vec4f(0.0);
    var sum6 = vec4f(0.0);
    var sum7 = vec4f(0.0);
    // As far as the first slice has k, so that all threads meet the same barriers.
    for (var k = 0u; k < min(PIECE, x_stride - start); k += TILE_K) {
      fill_tiles(by, start + lane.z * PIECE + k);
      workgroupBarrier();
      for (var quad = 0u; quad < TILE_K; quad++) {
        let w = tile_weights(area, quad, lane.x);
        sum0 = multiply_add(tile_x(area, tile_row, quad), w, sum0);
        sum1 = multiply_add(tile_x(area, tile_row + 1, quad), w, sum1);
        sum2 = multiply_add(tile_x(area, tile_row + 2, quad), w, sum2);
        sum3 = multiply_add(tile_x(area, tile_row + 3, quad), w, sum3);
        sum4 = multiply_add(tile_x(area, tile_row + 4, quad), w, sum4);
        sum5 = multiply_add(tile_x(area, tile_row + 5, quad), w, sum5);
        sum6 = multiply_add(tile_x(area, tile_row + 6, quad), w, sum6);
        sum7 = multiply_add(tile_x(area, tile_row + 7, quad), w, sum7);
      }
      workgroupBarrier();
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
  let column = tile.x * LANES_X + lane.x;
  if (column >= columns) {
    return;
  }
  let b = bias[weight_column(column)];
  let row = first_row + tile_row;
  store_row(row, by, column, total0 + b);
  store_row(row + 1, by, column, total1 + b);
  store_row(row + 2, by, column, total2 + b);
  store_row(row + 3, by, column, total3 + b);
  store_row(row + 4, by, column, total4 + b);
  store_row(row + 5, by, column, total5 + b);
  store_row(row + 6, by, column, total6 + b);
  store_row(row + 7, by, column, total7 + b);
}
