// The rows of a kernel are the kept tokens, packed in their order. Every workgroup finds those of its
// tile from the gates: a list made once would be a dispatch that all others wait for, and their
// grids would have to be read from memory.
// Assumes: the kernel has TILE_ROWS and at least SCAN_LANES threads.
const SCAN_LANES = 64u;

struct RowDims {
  tokens: u32, // B*N
  kept_start: u32, // layer * tokens
  first_tile: u32, // of rows, where an op is done in several dispatches
}

@group(0) @binding(9) var<uniform> row_dims: RowDims;
@group(0) @binding(6) var<storage, read> kept: array<u32>; // [layers, tokens] of 0 or 1

var<workgroup> kept_counts: array<u32, SCAN_LANES>; // of each lane's stretch of tokens
var<workgroup> kept_total: u32;
var<workgroup> tile_tokens: array<u32, TILE_ROWS>;

// How many rows there are; after it `token_of` knows the rows from `first_row` to the tile's end.
// Every thread of the workgroup must come here, `index` is its own.
fn find_rows(first_row: u32, index: u32) -> u32 {
  let stretch = (row_dims.tokens + SCAN_LANES - 1) / SCAN_LANES;
  let first = min(index * stretch, row_dims.tokens);
  let last = select(first, min(first + stretch, row_dims.tokens), index < SCAN_LANES);
  var count = 0u;
  for (var token = first; token < last; token++) {
    count += kept[row_dims.kept_start + token];
  }
  if (index < SCAN_LANES) {
    kept_counts[index] = count;
  }
  workgroupBarrier();
  var row = 0u;
  for (var lane = 0u; lane < min(index, SCAN_LANES); lane++) {
    row += kept_counts[lane];
  }
  if (index == SCAN_LANES - 1) {
    kept_total = row + count;
  }
  for (var token = first; token < last; token++) {
    if (kept[row_dims.kept_start + token] == 1) {
      if (row >= first_row && row < first_row + TILE_ROWS) {
        tile_tokens[row - first_row] = token;
      }
      row++;
    }
  }
  return workgroupUniformLoad(&kept_total);
}

// Token of a row of the tile.
fn token_of(row: u32, first_row: u32) -> u32 {
  return tile_tokens[row - first_row];
}
