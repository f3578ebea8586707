// y[i, q, h] = sum_j softmax_j(E^-1/2 * q_i . k_j) * v_j for each item and active head.
// Shapes: qkv [B*N, 3, active heads, E], y [B*N, active heads, E].
// As attention_tiled.wgsl, but the scores of 4 queries are the work of one subgroup, a key a lane: it
// finds their maximum and makes weights of them without waiting for others. With places for keys and
// for values that leaves two barriers a tile, of four.
// Assumes: HEAD_VEC4 * LANES_Y threads are allowed in a workgroup; nothing of the size of a subgroup,
// of which threads are in it, or of how many.
enable subgroups;

override VALUES_START: u32 = TILE_KEYS * KEY_STRIDE;
override TILES_AREA: u32 = 2 * VALUES_START;

var<workgroup> group_max: array<vec4f, LANES_Y>; // running, of 4 queries each
var<workgroup> subgroups: atomic<u32>; // that have a number

// A thread's subgroup.
struct Team {
  number: u32,
  lane: u32,
  lanes: u32,
}

// Every thread of the workgroup must come here, once.
fn find_team() -> Team {
  var number = 0u;
  if (subgroupElect()) {
    number = atomicAdd(&subgroups, 1u);
  }
  return Team(subgroupBroadcastFirst(number), subgroupExclusiveAdd(1u), subgroupAdd(1u));
}

// Scores of 4 queries and a key.
fn scores_of(query_group: u32, key: u32) -> vec4f {
  let q_start = 4 * query_group * HEAD_VEC4;
  var products0 = vec4f(0.0);
  var products1 = vec4f(0.0);
  var products2 = vec4f(0.0);
  var products3 = vec4f(0.0);
  for (var e = 0u; e < HEAD_VEC4; e++) {
    let k = tiles[key * KEY_STRIDE + e];
    products0 = fma(q_tile[q_start + e], k, products0);
    products1 = fma(q_tile[q_start + HEAD_VEC4 + e], k, products1);
    products2 = fma(q_tile[q_start + 2 * HEAD_VEC4 + e], k, products2);
    products3 = fma(q_tile[q_start + 3 * HEAD_VEC4 + e], k, products3);
  }
  return vec4f(sum_of(products0), sum_of(products1), sum_of(products2), sum_of(products3));
}

// Weights of the tile for the query groups of a subgroup, and their running maximum. How often that
// is done is the same for all lanes of a subgroup, which a compiler can't know.
@diagnostic(off, subgroup_uniformity)
fn make_weights(team: Team, keys: u32) {
  let count = atomicLoad(&subgroups);
  for (var query_group = team.number; query_group < LANES_Y; query_group += count) {
    // One lane reads and writes what was before.
    var largest = NO_SCORE;
    if (team.lane == 0) {
      largest = group_max[query_group];
    }
    for (var key = team.lane; key < keys; key += team.lanes) {
      let scores = scores_of(query_group, key);
      weights[key * LANES_Y + query_group] = scores;
      largest = max(largest, scores);
    }
    largest = subgroupMax(largest);
    // The same lane reads what it wrote above.
    for (var key = team.lane; key < TILE_KEYS; key += team.lanes) {
      let place = key * LANES_Y + query_group;
      weights[place] = select(vec4f(0.0), exp(weights[place] - largest), key < keys);
    }
    if (team.lane == 0) {
      group_max[query_group] = largest;
    }
  }
}

@compute @workgroup_size(HEAD_VEC4, LANES_Y)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let team = find_team();
  let head = head_of(group);
  fill_queries(head, index);
  if (lane.x == 0) {
    group_max[lane.y] = NO_SCORE;
  }
  var sums = no_sums();
  for (var key = 0u; key < dims.tokens; key += TILE_KEYS) {
    fill_tile(head, 1, 0, key, index);
    // After it the weights and values of the tile before were read, too.
    workgroupBarrier();
    make_weights(team, min(TILE_KEYS, dims.tokens - key));
    fill_tile(head, 2, VALUES_START, key, index);
    workgroupBarrier();
    sums = add_values(sums, lane, group_max[lane.y]);
  }
  store_sums(sums, head, lane);
}
