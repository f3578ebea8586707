// y[r] = LayerNorm(x[token]) * (1 + scale[item]) + shift[item], eps 1e-6.
// Shapes: x [B*N, D], y [rows, D]; a row is a token, or a kept one (lib/rows_*.wgsl).
// A workgroup makes 4 rows with 16 lanes each.
// Assumes: rows of x padded with zeros to a multiple of 4.
const TILE_ROWS = 4u;
const THREADS = TILE_ROWS * STATISTICS_LANES;

@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = (row_dims.first_tile + group.y) * TILE_ROWS;
  let count = find_rows(first_row, index);
  if (first_row >= count) {
    return;
  }
  let row = first_row + index / STATISTICS_LANES;
  // Rows past the end repeat the last one and store nothing: every lane must reach the barriers.
  let token = token_of(min(row, count - 1), first_row);
  let columns = (norm.width + 3) / 4;
  let statistics = row_statistics(token * columns, norm.width, index);
  if (row >= count) {
    return;
  }
  for (var i = index % STATISTICS_LANES; i < columns; i += STATISTICS_LANES) {
    y[row * columns + i] = modulate(x[token * columns + i], i, token, statistics);
  }
}
