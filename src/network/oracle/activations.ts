/** x * sigmoid(x), element by element. */
export function silu(x: Float64Array): Float64Array {
  return x.map((value) => value / (1 + Math.exp(-value)));
}

/** GELU in its tanh form (PyTorch's approximate="tanh"), element by element. */
export function geluTanh(x: Float64Array): Float64Array {
  const scale = Math.sqrt(2 / Math.PI);
  return x.map((value) => 0.5 * value * (1 + Math.tanh(scale * (value + 0.044715 * value ** 3))));
}

/** max(x, 0), element by element. */
export function relu(x: Float64Array): Float64Array {
  return x.map((value) => Math.max(value, 0));
}
