// y[r, n] = sum_k x[r, k] * w[k, n] + bias[n], then store_output; see lib/linear_operands.wgsl.
// Shapes: x [rows, K], w [K, N], y as the store has it; only active groups of K and N.
// A workgroup makes 64 rows x 16 vec4 columns from tiles of 16 k in workgroup memory; a thread
// makes 4 rows x 1 vec4.
// Assumes: widths of groups are multiples of 4. Sums run over k upwards in every variant, so that
// the choice of variant never changes a bit of the result.
const ROWS = 4u; // of a thread
const TILE_ROWS = 64u;
const TILE_COLUMNS = 16u; // in vec4, one a thread
const LANES_Y = TILE_ROWS / ROWS;
const TILE_K = 16u;

var<workgroup> x_tile: array<vec4f, TILE_ROWS * TILE_K / 4>; // [row][k/4]
var<workgroup> w_tile: array<vec4f, TILE_K * TILE_COLUMNS>; // [k][column]

@compute @workgroup_size(TILE_COLUMNS, LANES_Y)
fn main(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let count = rows[0];
  let columns = n_groups() * dims.n_group;
  let x_stride = k_groups() * dims.k_group;
  let depth = x_stride * 4;
  let column = tile.x * TILE_COLUMNS + lane.x;
  let w_column = weight_column(min(column, columns - 1));
  let row = tile.y * TILE_ROWS + lane.y * ROWS;
  let load_row = tile.y * TILE_ROWS + index / 4;
  let load_k = index % 4;
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  var sum2 = vec4f(0.0);
  var sum3 = vec4f(0.0);
  for (var k0 = 0u; k0 < depth; k0 += TILE_K) {
    let x_column = k0 / 4 + load_k;
    var x_value = vec4f(0.0);
    if (load_row < count && x_column < x_stride) {
      x_value = x[load_row * x_stride + x_column];
    }
    x_tile[index] = x_value;
    let k = k0 + lane.y;
    var w_value = vec4f(0.0);
    if (k < depth) {
      let group_width = dims.k_group * 4;
      w_value = load_weight((weight_row(k / group_width) + k % group_width) * dims.n_stride + w_column);
    }
    w_tile[index] = w_value;
    workgroupBarrier();
    for (var quad = 0u; quad < TILE_K / 4; quad++) {
      let a0 = x_tile[(lane.y * ROWS) * (TILE_K / 4) + quad];
      let a1 = x_tile[(lane.y * ROWS + 1) * (TILE_K / 4) + quad];
      let a2 = x_tile[(lane.y * ROWS + 2) * (TILE_K / 4) + quad];
      let a3 = x_tile[(lane.y * ROWS + 3) * (TILE_K / 4) + quad];
      let w = mat4x4f(
        w_tile[(quad * 4) * TILE_COLUMNS + lane.x],
        w_tile[(quad * 4 + 1) * TILE_COLUMNS + lane.x],
        w_tile[(quad * 4 + 2) * TILE_COLUMNS + lane.x],
        w_tile[(quad * 4 + 3) * TILE_COLUMNS + lane.x],
      );
      sum0 = multiply_add(a0, w, sum0);
      sum1 = multiply_add(a1, w, sum1);
      sum2 = multiply_add(a2, w, sum2);
      sum3 = multiply_add(a3, w, sum3);
    }
    workgroupBarrier();
  }
  if (column >= columns) {
    return;
  }
  let b = bias[w_column];
  if (row < count) {
    store_output(row, column, columns, sum0 + b);
  }
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
