// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes TILE_ROWS rows x LANES_X vec4 columns from tiles in workgroup memory; a thread 4
// rows x 1 vec4 of them. With SLICES over 1 as many threads share the k, a piece each: for products
// whose tiles alone are too few to fill a card.
// Assumes: widths of groups are multiples of 4; with slices, LANES_X = LANES_Y = 8 and tiles of f32.
const ROWS = 4u; // of a thread
override LANES_X: u32 = 16;
override LANES_Y: u32 = 16;
override SLICES: u32 = 1;
override TILE_ROWS: u32 = ROWS * LANES_Y;
override TILE_COLUMNS: u32 = LANES_X;
override THREADS: u32 = LANES_X * LANES_Y * SLICES;

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
  for (var start = 0u; start < x_stride; start += SLICES * PIECE) {
    var sums = mat4x4f();
    // As far as the first slice has k, so that all threads meet the same barriers.
    for (var k = 0u; k < min(PIECE, x_stride - start); k += TILE_K) {
      fill_tiles(by, start + lane.z * PIECE + k);
      workgroupBarrier();
      sums = add_tile(area, tile_row, lane.x, sums);
      workgroupBarrier();
    }
    if (SLICES == 1) {
      total0 += sums[0];
      total1 += sums[1];
      total2 += sums[2];
      total3 += sums[3];
    } else {
      // The first slice's threads add up the pieces, in order; they lie where the tiles were.
      let place = by.thread * ROWS;
      tiles[area + place] = to_tile(sums[0]);
      tiles[area + place + 1] = to_tile(sums[1]);
      tiles[area + place + 2] = to_tile(sums[2]);
      tiles[area + place + 3] = to_tile(sums[3]);
      workgroupBarrier();
      if (lane.z == 0) {
        for (var slice = 0u; slice < SLICES; slice++) {
          total0 += vec4f(tiles[slice * TILE_AREA + place]);
          total1 += vec4f(tiles[slice * TILE_AREA + place + 1]);
          total2 += vec4f(tiles[slice * TILE_AREA + place + 2]);
          total3 += vec4f(tiles[slice * TILE_AREA + place + 3]);
        }
      }
      workgroupBarrier();
    }
  }
  let column = tile.x * LANES_X + lane.x;
  if (lane.z != 0 || column >= columns) {
    return;
  }
  let b = bias[weight_column(column)];
  let row = first_row + tile_row;
  store_row(row, by, column, total0 + b);
  store_row(row + 1, by, column, total1 + b);
  store_row(row + 2, by, column, total2 + b);
  store_row(row + 3, by, column, total3 + b);
}
