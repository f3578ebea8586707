// kept[layer, r] = ( w2 . relu(w1^T x[r] + b1) + (b2 + shift) ) > 0: which tokens the MLP of a layer works on.
// Shapes: x [rows, D], w1 [D, R], b1 [R], w2 [R + 1] with b2 last, kept [layers, rows] of 0 or 1.
// A workgroup of 16 x 4 threads decides 4 tokens; 16 lanes share the R hidden units of a token.
// Assumes: nothing of R; D % 4 == 0.
struct Dims {
  rows: u32, // B*N
  width: u32, // D, in vec4
  hidden: u32, // R
  kept_start: u32, // layer * rows
  shift: f32,
}

const LANES = 16u;
const TILE_ROWS = 4u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w1: array<f32>;
@group(0) @binding(3) var<storage, read> b1: array<f32>;
@group(0) @binding(4) var<storage, read> w2: array<f32>;
@group(0) @binding(5) var<storage, read_write> kept: array<u32>;

var<workgroup> parts: array<f32, LANES * TILE_ROWS>;

@compute @workgroup_size(LANES, TILE_ROWS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row = group.x * TILE_ROWS + lane.y;
  let x_start = min(row, dims.rows - 1) * dims.width;
  var logit_part = 0.0;
  for (var unit = lane.x; unit < dims.hidden; unit += LANES) {
    var sum = 0.0;
    for (var k = 0u; k < dims.width; k++) {
      let value = x[x_start + k];
      let w_start = k * 4 * dims.hidden + unit;
      sum = fma(value.x, w1[w_start], sum);
      sum = fma(value.y, w1[w_start + dims.hidden], sum);
      sum = fma(value.z, w1[w_start + 2 * dims.hidden], sum);
      sum = fma(value.w, w1[w_start + 3 * dims.hidden], sum);
    }
    logit_part = fma(max(sum + b1[unit], 0.0), w2[unit], logit_part);
  }
  parts[index] = logit_part;
  workgroupBarrier();
  if (lane.x == 0 && row < dims.rows) {
    var logit = w2[dims.hidden] + dims.shift;
    for (var i = 0u; i < LANES; i++) {
      logit += parts[lane.y * LANES + i];
    }
    kept[dims.kept_start + row] = select(0u, 1u, logit > 0.0);
  }
}
