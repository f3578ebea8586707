// y[i, q, h] = sum_j softmax_j(E^-1/2 * q_i . k_j) * v_j for each item and active head.
// Shapes: qkv [B*N, 3, active heads, E], y [B*N, active heads, E].
// A workgroup makes TILE_QUERIES queries of one head of one item, walking the keys 32 at a time with a
// running maximum and sum (online softmax): no N x N matrix anywhere. Keys, then values, lie in
// workgroup memory. For the scores a thread takes 4 queries and 2 keys; for the sums 4 queries and
// one vec4 of E, so that nothing of a thread's is indexed and all of it stays in registers.
// Assumes: HEAD_VEC4 * LANES_Y threads are allowed in a workgroup.
override HEAD_VEC4: u32 = 8; // E/4, a head in vec4
override LANES_Y: u32 = 8; // groups of 4 queries
override TILE_QUERIES: u32 = 4 * LANES_Y;
override KEY_STRIDE: u32 = HEAD_VEC4 | 1; // odd: keys side by side lie in other banks
const TILE_KEYS = 32u;
const KEY_PAIRS = TILE_KEYS / 2;

struct Dims {
  tokens: u32, // N
  record: u32, // of the active heads
  scale: f32, // E^-1/2 of the unpadded E
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

var<workgroup> q_tile: array<vec4f, TILE_QUERIES * HEAD_VEC4>; // [query][e]
var<workgroup> key_tile: array<vec4f, TILE_KEYS * KEY_STRIDE>; // [key][e], then [value][e]
var<workgroup> weights: array<vec4f, TILE_KEYS * LANES_Y>; // [key][group], 4 queries each: scores first
var<workgroup> pair_max: array<vec4f, KEY_PAIRS * LANES_Y>; // [pair][group], 4 queries each

// Fills the tile with keys (part 1) or values (part 2); zeros past the last token.
fn fill_tile(part_start: u32, row_stride: u32, key: u32, index: u32) {
  for (var i = index; i < TILE_KEYS * HEAD_VEC4; i += HEAD_VEC4 * LANES_Y) {
    let row = i / HEAD_VEC4;
    let e = i % HEAD_VEC4;
    var value = vec4f(0.0);
    if (key + row < dims.tokens) {
      value = qkv[part_start + (key + row) * row_stride + e];
    }
    key_tile[row * KEY_STRIDE + e] = value;
  }
}

fn sum_of(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

// Scores of 4 queries and the keys `pair` and `pair` + 16, and their maximum, where they are there.
fn make_scores(query_group: u32, pair: u32, keys: u32) {
  let q_start = 4 * query_group * HEAD_VEC4;
  let k_start = pair * KEY_STRIDE;
  var near0 = vec4f(0.0);
  var near1 = vec4f(0.0);
  var near2 = vec4f(0.0);
  var near3 = vec4f(0.0);
  var far0 = vec4f(0.0);
  var far1 = vec4f(0.0);
  var far2 = vec4f(0.0);
  var far3 = vec4f(0.0);
  for (var e = 0u; e < HEAD_VEC4; e++) {
    let near = key_tile[k_start + e];
    let far = key_tile[k_start + KEY_PAIRS * KEY_STRIDE + e];
    let q0 = q_tile[q_start + e];
    let q1 = q_tile[q_start + HEAD_VEC4 + e];
    let q2 = q_tile[q_start + 2 * HEAD_VEC4 + e];
    let q3 = q_tile[q_start + 3 * HEAD_VEC4 + e];
    near0 = fma(q0, near, near0);
    near1 = fma(q1, near, near1);
    near2 = fma(q2, near, near2);
    near3 = fma(q3, near, near3);
    far0 = fma(q0, far, far0);
    far1 = fma(q1, far, far1);
    far2 = fma(q2, far, far2);
    far3 = fma(q3, far, far3);
  }
  let none = vec4f(-3.0e38);
  let near_scores = vec4f(sum_of(near0), sum_of(near1), sum_of(near2), sum_of(near3));
  let far_scores = vec4f(sum_of(far0), sum_of(far1), sum_of(far2), sum_of(far3));
  weights[pair * LANES_Y + query_group] = near_scores;
  weights[(pair + KEY_PAIRS) * LANES_Y + query_group] = far_scores;
  pair_max[pair * LANES_Y + query_group] = max(
    select(none, near_scores, pair < keys),
    select(none, far_scores, pair + KEY_PAIRS < keys),
  );
}

// The larger of the running maximum and that of the tile's scores.
fn tile_max(query_group: u32, running_max: vec4f) -> vec4f {
  var largest = running_max;
  for (var pair = 0u; pair < KEY_PAIRS; pair++) {
    largest = max(largest, pair_max[pair * LANES_Y + query_group]);
  }
  return largest;
}

fn store(query: u32, start: u32, stride: u32, value: vec4f) {
  if (query < dims.tokens) {
    y[start + query * stride] = value;
  }
}

@compute @workgroup_size(HEAD_VEC4, LANES_Y)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let heads = active_count(dims.record);
  let row_stride = 3 * heads * HEAD_VEC4;
  let head_start = group.z * dims.tokens * row_stride + group.y * HEAD_VEC4;
  let first_query = group.x * TILE_QUERIES;
  let threads = HEAD_VEC4 * LANES_Y;
  for (var i = index; i < TILE_QUERIES * HEAD_VEC4; i += threads) {
    // Queries past the end repeat the last one and are not stored.
    let query = min(first_query + i / HEAD_VEC4, dims.tokens - 1);
    q_tile[i] = qkv[head_start + query * row_stride + i % HEAD_VEC4] * dims.scale;
  }
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  var sum2 = vec4f(0.0);
  var sum3 = vec4f(0.0);
  var running_max = vec4f(-3.0e38);
  var weight_sum = vec4f(0.0);
  for (var key = 0u; key < dims.tokens; key += TILE_KEYS) {
    let keys = min(TILE_KEYS, dims.tokens - key);
    fill_tile(head_start + heads * HEAD_VEC4, row_stride, key, index);
    workgroupBarrier();
    for (var i = index; i < KEY_PAIRS * LANES_Y; i += threads) {
      make_scores(i / KEY_PAIRS, i % KEY_PAIRS, keys);
    }
    workgroupBarrier();
    // All threads of a query group know its maximum, and share making its scores into weights.
    let largest = tile_max(lane.y, running_max);
    for (var i = lane.x; i < TILE_KEYS; i += HEAD_VEC4) {
      let place = i * LANES_Y + lane.y;
      weights[place] = select(vec4f(0.0), exp(weights[place] - largest), i < keys);
    }
    fill_tile(head_start + 2 * heads * HEAD_VEC4, row_stride, key, index);
    let shrink = exp(running_max - largest);
    running_max = largest;
    weight_sum *= shrink;
    sum0 *= shrink.x;
    sum1 *= shrink.y;
    sum2 *= shrink.z;
    sum3 *= shrink.w;
    workgroupBarrier();
    for (var j = 0u; j < TILE_KEYS; j++) {
      let weight = weights[j * LANES_Y + lane.y];
      let value = key_tile[j * KEY_STRIDE + lane.x];
      weight_sum += weight;
      sum0 = fma(vec4f(weight.x), value, sum0);
      sum1 = fma(vec4f(weight.y), value, sum1);
      sum2 = fma(vec4f(weight.z), value, sum2);
      sum3 = fma(vec4f(weight.w), value, sum3);
    }
    // Nobody may overwrite the values before everybody has read them.
    workgroupBarrier();
  }
  let query = first_query + 4 * lane.y;
  let y_stride = heads * HEAD_VEC4;
  let y_start = group.z * dims.tokens * y_stride + group.y * HEAD_VEC4 + lane.x;
  store(query, y_start, y_stride, sum0 / weight_sum.x);
  store(query + 1, y_start, y_stride, sum1 / weight_sum.y);
  store(query + 2, y_start, y_stride, sum2 / weight_sum.z);
  store(query + 3, y_start, y_stride, sum3 / weight_sum.w);
}
