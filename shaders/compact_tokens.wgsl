// rows = [count, indices of the kept tokens in order], and the grids of the three kernels on them.
// Shapes: kept [layers, tokens] of 0 or 1, rows [1 + tokens], grids [3 x (x, y, z)] for indirect
// dispatch: LayerNorm (tiles of rows), fc1 and fc2 (tiles of rows by tiles of columns).
// One workgroup of 256 threads: each counts its stretch, a prefix sum places it, each writes it.
// Assumes: launched as a single workgroup.
struct Dims {
  tokens: u32, // B*N
  kept_start: u32, // layer * tokens
  group_record: u32, // where the record of the active MLP groups is, relative to step.table_base
  group_width: u32, // columns of an MLP group, in vec4
  out_width: u32, // columns of fc2, in vec4
  norm_rows: u32, // tile of the LayerNorm kernel
  tile_rows: u32, // of the linear kernel
  tile_columns: u32, // of the linear kernel, in vec4
}

struct Step {
  table_base: u32,
}

const THREADS = 256u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> kept: array<u32>;
@group(0) @binding(3) var<storage, read> width_table: array<u32>;
@group(0) @binding(4) var<storage, read_write> rows: array<u32>;
@group(0) @binding(5) var<storage, read_write> grids: array<u32>;

var<workgroup> counts: array<u32, THREADS>;

fn tiles(size: u32, tile: u32) -> u32 {
  return (size + tile - 1) / tile;
}

@compute @workgroup_size(256)
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
  if (lane == 0) {
    let total = counts[THREADS - 1];
    let row_tiles = tiles(total, dims.tile_rows);
    let hidden_width = width_table[step.table_base + dims.group_record] * dims.group_width;
    rows[0] = total;
    grids[0] = tiles(total, dims.norm_rows);
    grids[1] = 1;
    grids[2] = 1;
    grids[3] = tiles(hidden_width, dims.tile_columns);
    grids[4] = row_tiles;
    grids[5] = 1;
    grids[6] = tiles(dims.out_width, dims.tile_columns);
    grids[7] = row_tiles;
    grids[8] = 1;
  }
}
