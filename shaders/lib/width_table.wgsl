// Which heads or MLP groups are active: a record is their number and then their indices, ascending.
// Records of one evaluation lie together, from step.table_base on; see lib/step.wgsl.
@group(0) @binding(5) var<storage, read> width_table: array<u32>;

fn active_count(record: u32) -> u32 {
  return width_table[step.table_base + record];
}

fn active_index(record: u32, i: u32) -> u32 {
  return width_table[step.table_base + record + 1 + i];
}
