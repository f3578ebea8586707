// Tiles in workgroup memory are of f16, and so are the sums over one tile (4 * TILE_K products), which
// are then added in f32: what f16 rounds away does not grow with K. Not the bits of lib/tile_f32.wgsl.
// Assumes: sums over a tile stay below 65504.
enable f16;

alias TileVec = vec4h;
alias TileMat = mat4x4h;

const LARGEST_HALF = 65504.0;

fn to_tile(value: vec4f) -> TileVec {
  return vec4h(clamp(value, vec4f(-LARGEST_HALF), vec4f(LARGEST_HALF)));
}

fn multiply_add_half(a: vec4h, w: mat4x4h, sum: vec4h) -> vec4h {
  return fma(vec4h(a.w), w[3], fma(vec4h(a.z), w[2], fma(vec4h(a.y), w[1], fma(vec4h(a.x), w[0], sum))));
}

// Sums of four rows from `tile_row` on, with the products of a tile and a column of it added.
fn add_tile(area: u32, tile_row: u32, tile_column: u32, sums: mat4x4f) -> mat4x4f {
  var sum0 = vec4h(0.0);
  var sum1 = vec4h(0.0);
  var sum2 = vec4h(0.0);
  var sum3 = vec4h(0.0);
  for (var quad = 0u; quad < TILE_K; quad++) {
    let w = tile_weights(area, quad, tile_column);
    sum0 = multiply_add_half(tile_x(area, tile_row, quad), w, sum0);
    sum1 = multiply_add_half(tile_x(area, tile_row + 1, quad), w, sum1);
    sum2 = multiply_add_half(tile_x(area, tile_row + 2, quad), w, sum2);
    sum3 = multiply_add_half(tile_x(area, tile_row + 3, quad), w, sum3);
  }
  return sums + mat4x4f(vec4f(sum0), vec4f(sum1), vec4f(sum2), vec4f(sum3));
}
