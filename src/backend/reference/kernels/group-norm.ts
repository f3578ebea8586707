/**
 * GroupNorm of a picture.
 * @param x (pixels, C)
 * @param gamma (C)
 * @param beta (C)
 * @returns (pixels, C)
 */
export function groupNorm(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  groups: number,
  eps: number,
): Float64Array {
  const channels = gamma.length;
  const groupOf = (i: number): number => Math.floor(((i % channels) * groups) / channels);
  const values = Float64Array.from(x);
  const elements = values.length / groups;
  const mean = new Float64Array(groups);
  values.forEach((v, i) => (mean[groupOf(i)] += v / elements));
  const variance = new Float64Array(groups);
  values.forEach((v, i) => (variance[groupOf(i)] += (v - mean[groupOf(i)]) ** 2 / elements));
  return values.map((v, i) => {
    const normed = (v - mean[groupOf(i)]) / Math.sqrt(variance[groupOf(i)] + eps);
    return normed * gamma[i % channels] + beta[i % channels];
  });
}
