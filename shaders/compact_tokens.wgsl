// rows = [count, indices of the kept tokens in order], and the grid of every kernel on these rows.
// Shapes: kept [layers, tokens] of 0 or 1, rows [1 + tokens], grids [kernels, 3] for indirect
// dispatch: tiles of columns, tiles of rows, 1.
// One workgroup: each thread counts its stretch, a prefix sum places it, each writes it.
// Assumes: launched as a single workgroup.
struct Dims {
  tokens: u32, // B*N
  kept_start: u32, // layer * tokens
  first_grid: u32, // of the kernels on these rows
  grids: u32, // how many kernels
}

// How a kernel cuts its output into tiles.
struct RowGrid {
  record: u32, // of the active groups of its columns
  group: u32, // columns of a group, in vec4
  tile_columns: u32, // in vec4
  tile_rows: u32,
}

const THREADS = 256u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> kept: array<u32>;
@group(0) @binding(3) var<storage, read> row_grids: array<RowGrid>;
@group(0) @binding(4) var<storage, read_write> rows: array<u32>;
@group(0) @binding(6) var<storage, read_write> grids: array<u32>;

var<workgroup> counts: array<u32, THREADS>;

fn tiles(size: u32, tile: u32) -> u32 {
  return (size + tile - 1) / tile;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) lane: u32) {
  let stretch = tiles(dims.tokens, THREADS);
  let first = min(lane * stretch, dims.tokens);
  let last = min(first + stretch, dims.tokens);
  var count = 0u;
  for (var i = first; i < last; i++) {
    count += kept[dims.kept_start + i];
  }
  counts[lane] = count;
  // Inclusive prefix sum over the threads, doubling the reach each round.
  for (var reach = 1u; reach < THREADS; reach *= 2) {
    workgroupBarrier();
    var below = 0u;
    if (lane >= reach) {
      below = counts[lane - reach];
    }
    workgroupBarrier();
    counts[lane] += below;
  }
  workgroupBarrier();
  var position = counts[lane] - count;
  for (var i = first; i < last; i++) {
    if (kept[dims.kept_start + i] == 1) {
      rows[1 + position] = i;
      position++;
    }
  }
  let total = counts[THREADS - 1];
  if (lane == 0) {
    rows[0] = total;
  }
  for (var i = lane; i < dims.grids; i += THREADS) {
    let grid = row_grids[dims.first_grid + i];
    let start = 3 * (dims.first_grid + i);
    grids[start] = tiles(active_count(grid.record) * grid.group, grid.tile_columns);
    grids[start + 1] = tiles(total, grid.tile_rows);
    grids[start + 2] = 1;
  }
}
