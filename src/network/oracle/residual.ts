/** a + b, element by element. */
export function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}

/** x + gate * y with x, y (N, D) and gate (D). */
export function addGated(x: Float64Array, gate: Float64Array, y: Float64Array): Float64Array {
  const width = gate.length;
  return x.map((value, i) => value + gate[i % width] * y[i]);
}
