// End of a linear layer: y[row, n] = activation(value), on packed rows and active columns.
override ACTIVATION: u32 = 0; // one of lib/activations.wgsl

@group(0) @binding(7) var<storage, read_write> y: array<vec4f>; // [rows, active n / 4]

fn store_output(row: u32, first_row: u32, column: u32, value: vec4f) {
  y[row * y_columns() + y_column(column)] = activate(ACTIVATION, value);
}
