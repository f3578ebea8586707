// End of a residual branch: y[token, n] += gate[item, n] * value.
struct GateDims {
  tokens: u32, // N, tokens of an item
  stride: u32, // columns of a row of modulation, in vec4
  offset: u32, // first column of the gate, in vec4
}

@group(0) @binding(7) var<storage, read_write> y: array<vec4f>; // [B*N, D/4]
@group(0) @binding(8) var<storage, read> modulation: array<vec4f>; // [evaluations*B, stride]
@group(0) @binding(12) var<uniform> gate: GateDims;

fn store_output(row: u32, first_row: u32, column: u32, value: vec4f) {
  let token = token_of(row, first_row);
  let item = step.modulation_row + token / gate.tokens;
  let index = token * y_columns() + y_column(column);
  y[index] = fma(modulation[item * gate.stride + gate.offset + y_column(column)], value, y[index]);
}
