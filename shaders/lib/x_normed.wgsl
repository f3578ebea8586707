// x of a linear kernel normed and modulated as it is read, which spares a dispatch: the same bits as
// shaders/norm.wgsl in front of lib/x_plain.wgsl.
// Assumes: x has no gate; the kernel has TILE_ROWS and THREADS, a multiple of STATISTICS_LANES.
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // [B*N, D/4]

var<workgroup> tile_statistics: array<vec2f, TILE_ROWS>; // mean, inverse deviation

// Statistics of the tile's rows; every thread of the workgroup must come here.
fn prepare_x(first_row: u32, count: u32, index: u32) {
  let columns = (norm.width + 3) / 4;
  for (var first = 0u; first < TILE_ROWS; first += THREADS / STATISTICS_LANES) {
    let tile_row = first + index / STATISTICS_LANES;
    let row = min(first_row + tile_row, count - 1);
    let statistics = row_statistics(token_of(row, first_row) * columns, norm.width, index);
    if (tile_row < TILE_ROWS && index % STATISTICS_LANES == 0) {
      tile_statistics[tile_row] = statistics;
    }
  }
  workgroupBarrier();
}

fn load_x(row: u32, first_row: u32, column: u32, stride: u32) -> vec4f {
  let token = token_of(row, first_row);
  return modulate(x[token * stride + column], column, token, tile_statistics[row - first_row]);
}
