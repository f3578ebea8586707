// Tiles in workgroup memory are of f32. A sum goes on from tile to tile, so that its order is that of
// lib/linear_operands.wgsl.
alias TileVec = vec4f;
alias TileMat = mat4x4f;

fn to_tile(value: vec4f) -> TileVec {
  return value;
}

// Sums of four rows from `tile_row` on, with the products of a tile and a column of it added.
fn add_tile(area: u32, tile_row: u32, tile_column: u32, sums: mat4x4f) -> mat4x4f {
  var sum0 = sums[0];
  var sum1 = sums[1];
  var sum2 = sums[2];
  var sum3 = sums[3];
  for (var quad = 0u; quad < TILE_K; quad++) {
    let w = tile_weights(area, quad, tile_column);
    sum0 = multiply_add(tile_x(area, tile_row, quad), w, sum0);
    sum1 = multiply_add(tile_x(area, tile_row + 1, quad), w, sum1);
    sum2 = multiply_add(tile_x(area, tile_row + 2, quad), w, sum2);
    sum3 = multiply_add(tile_x(area, tile_row + 3, quad), w, sum3);
  }
  return mat4x4f(sum0, sum1, sum2, sum3);
}
