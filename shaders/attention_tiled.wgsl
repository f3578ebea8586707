// y[i, q, h] = sum_j softmax_j(E^-1/2 * q_i . k_j) * v_j for each item and active head.
// Shapes: qkv [B*N, 3, active heads, E], y [B*N, active heads, E].
// A workgroup makes TILE_QUERIES queries of one head of one item, walking the keys 32 at a time with a
// running maximum and sum (online softmax): no N x N matrix anywhere. Keys, then values, lie in
// workgroup memory. For the scores a thread takes 4 queries and 2 keys.
// Assumes: HEAD_VEC4 * LANES_Y threads are allowed in a workgroup.
const KEY_PAIRS = TILE_KEYS / 2;
const VALUES_START = 0u; // where the keys were
override TILES_AREA: u32 = TILE_KEYS * KEY_STRIDE;

var<workgroup> pair_max: array<vec4f, KEY_PAIRS * LANES_Y>; // [pair][group], 4 queries each

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
    let near = tiles[k_start + e];
    let far = tiles[k_start + KEY_PAIRS * KEY_STRIDE + e];
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
  let near_scores = vec4f(sum_of(near0), sum_of(near1), sum_of(near2), sum_of(near3));
  let far_scores = vec4f(sum_of(far0), sum_of(far1), sum_of(far2), sum_of(far3));
  weights[pair * LANES_Y + query_group] = near_scores;
  weights[(pair + KEY_PAIRS) * LANES_Y + query_group] = far_scores;
  pair_max[pair * LANES_Y + query_group] = max(
    select(NO_SCORE, near_scores, pair < keys),
    select(NO_SCORE, far_scores, pair + KEY_PAIRS < keys),
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

@compute @workgroup_size(HEAD_VEC4, LANES_Y)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let head = head_of(group);
  fill_queries(head, index);
  var sums = no_sums();
  for (var key = 0u; key < dims.tokens; key += TILE_KEYS) {
    let keys = min(TILE_KEYS, dims.tokens - key);
    fill_tile(head, 1, 0, key, index);
    workgroupBarrier();
    for (var i = index; i < KEY_PAIRS * LANES_Y; i += HEAD_VEC4 * LANES_Y) {
      make_scores(i / KEY_PAIRS, i % KEY_PAIRS, keys);
    }
    workgroupBarrier();
    // All threads of a query group know its maximum, and share making its scores into weights.
    let largest = tile_max(lane.y, sums.running_max);
    for (var i = lane.x; i < TILE_KEYS; i += HEAD_VEC4) {
      let place = i * LANES_Y + lane.y;
      weights[place] = select(vec4f(0.0), exp(weights[place] - largest), i < keys);
    }
    fill_tile(head, 2, VALUES_START, key, index);
    workgroupBarrier();
    sums = add_values(sums, lane, largest);
    // Nobody may overwrite the values before everybody has read them.
    workgroupBarrier();
  }
  store_sums(sums, head, lane);
}
