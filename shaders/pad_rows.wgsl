// y[r, g, i] = x[r, g, i] where i < group, else 0: dense rows as other kernels read them.
// Shapes: x [rows, groups, group], y [rows, groups, padded group].
// A thread makes one element of y.
// Assumes: nothing.
struct Dims {
  columns: u32, // of y
  group: u32,
  padded_group: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= dims.columns) {
    return;
  }
  let group = column / dims.padded_group;
  let i = column % dims.padded_group;
  let groups = dims.columns / dims.padded_group;
  var value = 0.0;
  if (i < dims.group) {
    value = x[(row * groups + group) * dims.group + i];
  }
  y[row * dims.columns + column] = value;
}
