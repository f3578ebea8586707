const EPSILON = 1e-6;

/** LayerNorm without affine over each row of x (N, D). */
export function layerNorm(x: Float64Array, width: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const row = x.subarray(start, start + width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    const scale = 1 / Math.sqrt(variance + EPSILON);
    for (let i = 0; i < width; i++) out[start + i] = (row[i] - mean) * scale;
  }
  return out;
}

/** x*(1 + scale) + shift with x (N, D), shift and scale (D). */
export function modulate(x: Float64Array, shift: Float64Array, scale: Float64Array): Float64Array {
  const width = shift.length;
  return x.map((value, i) => value * (1 + scale[i % width]) + shift[i % width]);
}
