// The rows of a kernel are all tokens; compare lib/rows_kept.wgsl.
struct RowDims {
  tokens: u32, // B*N
  kept_start: u32, // layer * tokens
  first_tile: u32, // of rows, where an op is done in several dispatches
}

@group(0) @binding(9) var<uniform> row_dims: RowDims;

fn find_rows(first_row: u32, index: u32) -> u32 {
  return row_dims.tokens;
}

fn token_of(row: u32, first_row: u32) -> u32 {
  return row;
}
