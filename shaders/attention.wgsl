// y[i, q, h] = sum_j softmax_j(E^-1/2 * q_i . k_j) * v_j for each item and active head.
// Shapes: qkv [B*N, 3, active heads, E], y [B*N, active heads, E].
// A thread makes one query of one head of one item, walking the keys 32 at a time with a running
// maximum and sum (online softmax): no N x N matrix anywhere. For processors that imitate a graphics
// card: all threads of a workgroup read the same key at once, so the cache serves them, and arrays of
// a thread are memory like any other. The same bits as attention_tiled.wgsl.
// Assumes: E padded to HEAD_VEC4 * 4, at most 128.
const HEAD_VEC4_MAX = 32u;
const TILE_QUERIES = 64u;

@compute @workgroup_size(TILE_QUERIES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  let head = id.y;
  let item_start = id.z * dims.tokens;
  if (query >= dims.tokens) {
    return;
  }
  let heads = active_count(dims.record);
  let row_stride = 3 * heads * HEAD_VEC4;
  let q_start = (item_start + query) * row_stride + head * HEAD_VEC4;
  var q: array<vec4f, HEAD_VEC4_MAX>;
  var sum: array<vec4f, HEAD_VEC4_MAX>;
  for (var e = 0u; e < HEAD_VEC4; e++) {
    q[e] = qkv[q_start + e] * dims.scale;
    sum[e] = vec4f(0.0);
  }
  var running_max = -3.0e38;
  var weight_sum = 0.0;
  for (var key = 0u; key < dims.tokens; key += TILE_KEYS) {
    let keys = min(TILE_KEYS, dims.tokens - key);
    let k_start = (item_start + key) * row_stride + (heads + head) * HEAD_VEC4;
    var scores: array<f32, TILE_KEYS>;
    var tile_max = running_max;
    for (var j = 0u; j < keys; j++) {
      let k_row = k_start + j * row_stride;
      var products = vec4f(0.0);
      for (var e = 0u; e < HEAD_VEC4; e++) {
        products = fma(q[e], qkv[k_row + e], products);
      }
      scores[j] = sum_of(products);
      tile_max = max(tile_max, scores[j]);
    }
    let shrink = exp(running_max - tile_max);
    running_max = tile_max;
    weight_sum *= shrink;
    for (var e = 0u; e < HEAD_VEC4; e++) {
      sum[e] *= shrink;
    }
    for (var j = 0u; j < keys; j++) {
      let v_row = k_start + heads * HEAD_VEC4 + j * row_stride;
      let weight = exp(scores[j] - tile_max);
      weight_sum += weight;
      for (var e = 0u; e < HEAD_VEC4; e++) {
        sum[e] = fma(vec4f(weight), qkv[v_row + e], sum[e]);
      }
    }
  }
  let y_start = ((item_start + query) * heads + head) * HEAD_VEC4;
  for (var e = 0u; e < HEAD_VEC4; e++) {
    y[y_start + e] = sum[e] / weight_sum;
  }
}
