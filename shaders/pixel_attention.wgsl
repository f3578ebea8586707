// y[q] = sum_j softmax_j(scale * q_q . k_j) * v_j: one head, as wide as the picture has channels.
// Shapes: qkv [N, 3, E], y [N, E].
// A workgroup of 64 threads makes 8 queries, walking the keys 32 at a time with a running maximum
// and sum (online softmax): no N x N matrix anywhere. A thread first makes 4 scores, then sums the
// values of its own columns for all 8 queries.
// Assumes: E % 4 == 0, E/4 <= MOST_COLUMNS.
const QUERIES = 8u;
const KEYS = 32u;
const LANES = 64u;
const LANE_QUERIES = 4u;
const_assert LANE_QUERIES == QUERIES * KEYS / LANES;
const MOST_COLUMNS = 2 * LANES; // E/4 at most: two columns a lane

struct Dims {
  tokens: u32, // N
  width: u32, // E, in vec4
  scale: f32, // E^-1/2 of the unpadded E
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>; // [N, 3, E/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N, E/4]

var<workgroup> scores: array<f32, QUERIES * KEYS>; // then weights, [query][key]
var<workgroup> running_max: array<f32, QUERIES>;
var<workgroup> weight_sum: array<f32, QUERIES>;
var<workgroup> shrink: array<f32, QUERIES>; // what this tile's new maximum does to older sums

// Start of query, key (part 1) or value (part 2) of a token; past the end, of the last one.
fn part_start(token: u32, part: u32) -> u32 {
  return (min(token, dims.tokens - 1) * 3 + part) * dims.width;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_query = group.x * QUERIES;
  let lane_key = lane % KEYS;
  let lane_query = (lane / KEYS) * LANE_QUERIES;
  let q0 = part_start(first_query + lane_query, 0);
  let q1 = part_start(first_query + lane_query + 1, 0);
  let q2 = part_start(first_query + lane_query + 2, 0);
  let q3 = part_start(first_query + lane_query + 3, 0);
  // Columns of y: this lane's vec4 and the one 64 further on; lanes past the end repeat the last.
  let column_a = min(lane, dims.width - 1);
  let column_b = min(lane + LANES, dims.width - 1);
  var sum_a: array<vec4f, QUERIES>;
  var sum_b: array<vec4f, QUERIES>;
  if (lane < QUERIES) {
    running_max[lane] = -3.0e38;
    weight_sum[lane] = 0.0;
  }
  for (var key = 0u; key < dims.tokens; key += KEYS) {
    let keys = min(KEYS, dims.tokens - key);
    let k = part_start(key + lane_key, 1);
    var products0 = vec4f(0.0);
    var products1 = vec4f(0.0);
    var products2 = vec4f(0.0);
    var products3 = vec4f(0.0);
    for (var e = 0u; e < dims.width; e++) {
      let k_value = qkv[k + e];
      products0 = fma(qkv[q0 + e], k_value, products0);
      products1 = fma(qkv[q1 + e], k_value, products1);
      products2 = fma(qkv[q2 + e], k_value, products2);
      products3 = fma(qkv[q3 + e], k_value, products3);
    }
    let score = lane_query * KEYS + lane_key;
    scores[score] = dot(products0, vec4f(dims.scale));
    scores[score + KEYS] = dot(products1, vec4f(dims.scale));
    scores[score + 2 * KEYS] = dot(products2, vec4f(dims.scale));
    scores[score + 3 * KEYS] = dot(products3, vec4f(dims.scale));
    workgroupBarrier();
    if (lane < QUERIES) {
      let old_max = running_max[lane];
      var tile_max = old_max;
      for (var j = 0u; j < keys; j++) {
        tile_max = max(tile_max, scores[lane * KEYS + j]);
      }
      var sum = weight_sum[lane] * exp(old_max - tile_max);
      for (var j = 0u; j < keys; j++) {
        let weight = exp(scores[lane * KEYS + j] - tile_max);
        scores[lane * KEYS + j] = weight;
        sum += weight;
      }
      shrink[lane] = exp(old_max - tile_max);
      running_max[lane] = tile_max;
      weight_sum[lane] = sum;
    }
    workgroupBarrier();
    for (var q = 0u; q < QUERIES; q++) {
      sum_a[q] *= shrink[q];
      sum_b[q] *= shrink[q];
    }
    for (var j = 0u; j < keys; j++) {
      let v = part_start(key + j, 2);
      let v_a = qkv[v + column_a];
      let v_b = qkv[v + column_b];
      for (var q = 0u; q < QUERIES; q++) {
        let weight = vec4f(scores[q * KEYS + j]);
        sum_a[q] = fma(weight, v_a, sum_a[q]);
        sum_b[q] = fma(weight, v_b, sum_b[q]);
      }
    }
    // Nobody may overwrite the weights before everybody has read them.
    workgroupBarrier();
  }
  for (var q = 0u; q < QUERIES && first_query + q < dims.tokens; q++) {
    let start = (first_query + q) * dims.width;
    if (lane < dims.width) {
      y[start + lane] = sum_a[q] / weight_sum[q];
    }
    if (lane + LANES < dims.width) {
      y[start + lane + LANES] = sum_b[q] / weight_sum[q];
    }
  }
}
