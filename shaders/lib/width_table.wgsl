// Which heads or MLP groups are active. A record is of a whole axis or of a range of its groups: how
// many of the axis are active, how many of these come before the range, how many are in it, and then
// their indices in the range, ascending. Records of one evaluation lie together, from step.table_base
// on; see lib/step.wgsl.
@group(0) @binding(5) var<storage, read> width_table: array<u32>;

fn active_of_axis(record: u32) -> u32 {
  return width_table[step.table_base + record];
}

fn active_before(record: u32) -> u32 {
  return width_table[step.table_base + record + 1];
}

fn active_count(record: u32) -> u32 {
  return width_table[step.table_base + record + 2];
}

fn active_index(record: u32, i: u32) -> u32 {
  return width_table[step.table_base + record + 3 + i];
}
