/** Indices of the kept tokens, in order. */
export function compactTokens(kept: ArrayLike<number>): number[] {
  return Array.from(kept).flatMap((keep, token) => (keep === 1 ? [token] : []));
}
