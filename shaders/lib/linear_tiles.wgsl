// Tiles of x and of the weight in workgroup memory, TILE_K k at a time: each element is read from
// memory once a workgroup. With SLICES of threads each slice has tiles of its own, on other k.
// Assumes: lib/tile_f32.wgsl or tile_f16.wgsl; the kernel has TILE_ROWS; LANES_X columns, in vec4;
// LANES_X * LANES_Y threads a slice.
const TILE_K = 4u; // in vec4

// A slice's x [TILE_ROWS][TILE_K], then its weights [4 * TILE_K][LANES_X].
override TILE_AREA: u32 = TILE_ROWS * TILE_K + 4 * TILE_K * LANES_X;
var<workgroup> tiles: array<TileVec, SLICES * TILE_AREA>;

// Scales of the only column of the weight that a thread reads, and the row where they end. Rows come
// upwards.
var<private> scale: vec4f;
var<private> scale_end: u32;

// What a thread needs to know to fill tiles.
struct Filler {
  first_row: u32,
  count: u32, // rows there are
  first_column: u32,
  columns: u32, // active ones
  x_stride: u32,
  area: u32, // start of the slice's tiles
  thread: u32, // of the slice
}

// Fills the slice's tiles with the k from `k` on; zeros past the end of rows and k.
fn fill_tiles(by: Filler, k: u32) {
  for (var i = by.thread; i < TILE_ROWS * TILE_K; i += LANES_X * LANES_Y) {
    let row = by.first_row + i / TILE_K;
    let column = k + i % TILE_K;
    var value = vec4f(0.0);
    if (row < by.count && column < by.x_stride) {
      value = load_x(row, by.first_row, column, by.x_stride);
    }
    tiles[by.area + i] = to_tile(value);
  }
  for (var i = by.thread; i < 4 * TILE_K * LANES_X; i += LANES_X * LANES_Y) {
    let tile_k = i / LANES_X;
    let column = weight_column(min(by.first_column + i % LANES_X, by.columns - 1));
    var value = vec4f(0.0);
    if (k + tile_k / 4 < by.x_stride) {
      let row = weight_row(k + tile_k / 4) + tile_k % 4;
      if (row >= scale_end) {
        scale = load_scale(row, column, dims.n_stride);
        scale_end = row + scale_run(row);
      }
      value = load_weight(row * dims.n_stride + column, scale);
    }
    tiles[by.area + TILE_ROWS * TILE_K + i] = to_tile(value);
  }
}

// x of a row of the tile at vec4 `quad` of its k.
fn tile_x(area: u32, tile_row: u32, quad: u32) -> TileVec {
  return tiles[area + tile_row * TILE_K + quad];
}

// Weights of the four k of a quad in a column of the tile.
fn tile_weights(area: u32, quad: u32, tile_column: u32) -> TileMat {
  let start = area + TILE_ROWS * TILE_K + 4 * quad * LANES_X + tile_column;
  return TileMat(tiles[start], tiles[start + LANES_X], tiles[start + 2 * LANES_X], tiles[start + 3 * LANES_X]);
}

// Stores a row where it is there.
fn store_row(row: u32, by: Filler, column: u32, value: vec4f) {
  if (row < by.count) {
    store_output(row, by.first_row, column, value);
  }
}
