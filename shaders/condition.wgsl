// y[e*B + i] = SiLU(temb[min(evaluation + e, last)] + label[i]).
// Shapes: temb [evaluations of the run, D], label [B, D], y [evaluations at once * B, D].
// A thread makes one element of one row.
// Assumes: rows of temb and y may be padded, label is dense; the padding of y becomes zero.
struct Dims {
  items: u32, // B
  width: u32, // D
  last: u32, // last row of temb
  temb_stride: u32, // elements of a row of temb
  y_stride: u32, // elements of a row of y
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> temb: array<f32>;
@group(0) @binding(3) var<storage, read> label: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= dims.y_stride) {
    return;
  }
  var c = 0.0;
  if (column < dims.width) {
    let evaluation = min(step.evaluation + row / dims.items, dims.last);
    c = temb[evaluation * dims.temb_stride + column] + label[(row % dims.items) * dims.width + column];
  }
  y[row * dims.y_stride + column] = silu(vec4f(c)).x;
}
