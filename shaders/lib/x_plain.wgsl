// x of a linear kernel as it is: packed rows of active columns; compare lib/x_normed.wgsl.
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // [rows, active k / 4]

fn prepare_x(first_row: u32, count: u32, index: u32) {
}

fn load_x(row: u32, first_row: u32, column: u32, stride: u32) -> vec4f {
  return x[row * stride + column];
}
