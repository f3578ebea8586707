// Queries, keys and values of a head in workgroup memory. A thread sums 4 queries and one vec4 of E, so
// that nothing of a thread's is indexed and all of it stays in registers.
// Assumes: the kernel has VALUES_START, TILES_AREA and fills `weights`; HEAD_VEC4 * LANES_Y threads.
override LANES_Y: u32 = 8; // groups of 4 queries
override TILE_QUERIES: u32 = 4 * LANES_Y;
override KEY_STRIDE: u32 = HEAD_VEC4 | 1; // odd: keys side by side lie in other banks
const NO_SCORE = vec4f(-3.0e38);

var<workgroup> q_tile: array<vec4f, TILE_QUERIES * HEAD_VEC4>; // [query][e]
var<workgroup> tiles: array<vec4f, TILES_AREA>; // [key][e]; [value][e] from VALUES_START on
var<workgroup> weights: array<vec4f, TILE_KEYS * LANES_Y>; // [key][group], 4 queries each: scores first

// The head of an item that a workgroup works on.
struct Head {
  start: u32, // of its first query in qkv
  row_stride: u32, // of qkv
  columns: u32, // of y: from q to k, and from k to v
  first_query: u32,
  y_start: u32,
}

fn head_of(group: vec3u) -> Head {
  let columns = active_count(dims.record) * HEAD_VEC4;
  return Head(
    group.z * dims.tokens * 3 * columns + group.y * HEAD_VEC4,
    3 * columns,
    columns,
    group.x * TILE_QUERIES,
    group.z * dims.tokens * columns + group.y * HEAD_VEC4,
  );
}

// Queries past the end repeat the last one and are not stored.
fn fill_queries(head: Head, index: u32) {
  for (var i = index; i < TILE_QUERIES * HEAD_VEC4; i += HEAD_VEC4 * LANES_Y) {
    let query = min(head.first_query + i / HEAD_VEC4, dims.tokens - 1);
    q_tile[i] = qkv[head.start + query * head.row_stride + i % HEAD_VEC4] * dims.scale;
  }
}

// Keys (part 1) or values (part 2) from `key` on, to `area`; zeros past the last token.
fn fill_tile(head: Head, part: u32, area: u32, key: u32, index: u32) {
  let part_start = head.start + part * head.columns;
  for (var i = index; i < TILE_KEYS * HEAD_VEC4; i += HEAD_VEC4 * LANES_Y) {
    let row = i / HEAD_VEC4;
    let e = i % HEAD_VEC4;
    var value = vec4f(0.0);
    if (key + row < dims.tokens) {
      value = qkv[part_start + (key + row) * head.row_stride + e];
    }
    tiles[area + row * KEY_STRIDE + e] = value;
  }
}

// What a thread has summed of its 4 queries.
struct Sums {
  queries: mat4x4f, // a vec4 of E each
  weights: vec4f,
  running_max: vec4f,
}

fn no_sums() -> Sums {
  return Sums(mat4x4f(), vec4f(0.0), NO_SCORE);
}

// With the values of a tile, weighted under a maximum that is no lower than before.
fn add_values(sums: Sums, lane: vec3u, largest: vec4f) -> Sums {
  let shrink = exp(sums.running_max - largest);
  var weight_sum = sums.weights * shrink;
  var sum0 = sums.queries[0] * shrink.x;
  var sum1 = sums.queries[1] * shrink.y;
  var sum2 = sums.queries[2] * shrink.z;
  var sum3 = sums.queries[3] * shrink.w;
  for (var j = 0u; j < TILE_KEYS; j++) {
    let weight = weights[j * LANES_Y + lane.y];
    let value = tiles[VALUES_START + j * KEY_STRIDE + lane.x];
    weight_sum += weight;
    sum0 = fma(vec4f(weight.x), value, sum0);
    sum1 = fma(vec4f(weight.y), value, sum1);
    sum2 = fma(vec4f(weight.z), value, sum2);
    sum3 = fma(vec4f(weight.w), value, sum3);
  }
  return Sums(mat4x4f(sum0, sum1, sum2, sum3), weight_sum, largest);
}

fn store_sums(sums: Sums, head: Head, lane: vec3u) {
  for (var i = 0u; i < 4; i++) {
    let query = head.first_query + 4 * lane.y + i;
    if (query < dims.tokens) {
      y[head.y_start + query * head.columns + lane.x] = sums.queries[i] / sums.weights[i];
    }
  }
}
