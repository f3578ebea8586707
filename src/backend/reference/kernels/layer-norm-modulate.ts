/**
 * LayerNorm without affine, eps 1e-6, then x*(1 + scale) + shift, of one row.
 * @param x (D)
 */
export function layerNormModulate(
  x: ArrayLike<number>,
  shift: ArrayLike<number>,
  scale: ArrayLike<number>,
): Float64Array {
  const values = Float64Array.from(x);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map(
    (v, i) => ((v - mean) / Math.sqrt(variance + 1e-6)) * (1 + scale[i]) + shift[i],
  );
}
