// What every linear kernel reads; each kernel only differs in how it walks these.
//
// The columns of y and of x are in *active groups*: a record of the width table holds the number of
// active groups and then their indices, so the weights of inactive heads and MLP groups are never
// read. A layer without gates has one group as wide as itself.
struct LinearDims {
  n_group: u32, // columns of y in a group, in vec4
  n_record: u32, // record of y's groups
  n_stride: u32, // columns of the whole weight, in vec4
  k_group: u32, // columns of x in a group, in vec4
  k_record: u32, // record of x's groups
}

@group(0) @binding(0) var<uniform> dims: LinearDims;
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // [rows, active k / 4]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>; // [N/4]
@group(0) @binding(6) var<storage, read> rows: array<u32>; // [1 + rows]: count, then token of each row

fn n_groups() -> u32 {
  return active_count(dims.n_record);
}

fn k_groups() -> u32 {
  return active_count(dims.k_record);
}

// Column of the whole weight (in vec4) behind active column `column` (in vec4).
fn weight_column(column: u32) -> u32 {
  return active_index(dims.n_record, column / dims.n_group) * dims.n_group + column % dims.n_group;
}

// First row of the whole weight (an element of K) of active group `group` of x.
fn weight_row(group: u32) -> u32 {
  return active_index(dims.k_record, group) * dims.k_group * 4;
}
