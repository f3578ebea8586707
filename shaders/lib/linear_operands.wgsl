// What every linear kernel reads; each kernel only differs in how it walks these.
//
// The columns of y and of x are in *active groups*: a record of the width table holds the number of
// active groups and then their indices, so the weights of inactive heads and MLP groups are never
// read. A layer without gates has one group as wide as itself.
//
// The weight is whole, or a slice of the columns of one that no binding holds: a dispatch makes the
// columns of y that its weight is for. Kernels count columns in the slice; only where a value is
// stored does it matter which columns of y they are.
//
// Every kernel sums in this order, so that the choice of one never changes a bit of the result:
// pieces of PIECE active k, each upwards from zero, then the pieces upwards from zero.
const PIECE = 32u; // k that are summed in one go, in vec4

struct LinearDims {
  n_group: u32, // columns of the weight in a group, in vec4
  n_record: u32, // record of its groups
  n_stride: u32, // columns of the weight, in vec4
  y_group: u32, // columns of y in a group, in vec4
  y_first: u32, // first column of y where no gate decides on it, in vec4
  k_group: u32, // columns of x in a group, in vec4
  k_record: u32, // record of x's groups; 0 where x has no gate
  k_scaled: u32, // rows of the weight that share their scales, a multiple of 4; for int8
}

@group(0) @binding(0) var<uniform> dims: LinearDims;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>; // [N/4]

// Active columns of the weight, in vec4.
fn active_columns() -> u32 {
  return active_count(dims.n_record) * dims.n_group;
}

// Active columns of y, in vec4: those of all slices.
fn y_columns() -> u32 {
  return active_of_axis(dims.n_record) * dims.y_group;
}

// Column of y (in vec4) behind active column `column` of the weight (in vec4).
fn y_column(column: u32) -> u32 {
  return dims.y_first + active_before(dims.n_record) * dims.y_group + column;
}

// Active columns of x, in vec4.
fn active_k() -> u32 {
  return active_count(dims.k_record) * dims.k_group;
}

// Column of the weight (in vec4) behind its active column `column` (in vec4).
fn weight_column(column: u32) -> u32 {
  return active_index(dims.n_record, column / dims.n_group) * dims.n_group + column % dims.n_group;
}

// First row of the weight (an element of K) behind active vec4 `k` of x.
fn weight_row(k: u32) -> u32 {
  if (dims.k_record == 0) {
    return 4 * k;
  }
  return 4 * (active_index(dims.k_record, k / dims.k_group) * dims.k_group + k % dims.k_group);
}

// Past the last active vec4 of x from `k` on whose weights lie one below the other and share their scales.
fn run_end(k: u32) -> u32 {
  let group_end = (k / dims.k_group + 1) * dims.k_group;
  return min(group_end, k + scale_run(weight_row(k)) / 4);
}
