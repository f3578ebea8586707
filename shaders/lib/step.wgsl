// What changes from one run of a program to the next.
struct Step {
  table_base: u32, // start of the evaluation's records in width_table
  modulation_row: u32, // row of the modulation tensors that belongs to item 0
  evaluation: u32, // first row of temb
}

@group(0) @binding(1) var<uniform> step: Step;
