// End of a linear layer: y[row, n] = activation(value), on packed rows and active columns.
override ACTIVATION: u32 = 0; // 0 none, 1 GELU (tanh form), 2 SiLU

@group(0) @binding(7) var<storage, read_write> y: array<vec4f>; // [rows, active n / 4]

fn gelu_tanh(v: vec4f) -> vec4f {
  let inner = 0.7978845608028654 * (v + 0.044715 * v * v * v);
  // tanh is 1 to f32 precision beyond 10; larger arguments overflow exp on some drivers.
  return 0.5 * v * (1.0 + tanh(clamp(inner, vec4f(-10.0), vec4f(10.0))));
}

fn silu(v: vec4f) -> vec4f {
  return v / (1.0 + exp(-clamp(v, vec4f(-80.0), vec4f(80.0))));
}

fn store_output(row: u32, column: u32, columns: u32, value: vec4f) {
  var result = value;
  if (ACTIVATION == 1) {
    result = gelu_tanh(value);
  } else if (ACTIVATION == 2) {
    result = silu(value);
  }
  y[row * columns + column] = result;
}
