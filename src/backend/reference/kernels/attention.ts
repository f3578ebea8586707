/** Sizes of an attention over the active heads. */
export interface AttentionShape {
  /** B */
  readonly items: number;
  /** N */
  readonly tokens: number;
  readonly heads: number;
  /** E, as stored. */
  readonly headWidth: number;
}

/**
 * softmax(q k^T * scale) v, with the whole N x N matrix.
 * @param qkv (B, N, 3, heads, E)
 * @returns (B, N, heads, E)
 */
export function attention(
  qkv: ArrayLike<number>,
  shape: AttentionShape,
  scale: number,
): Float64Array {
  const { items, tokens, heads, headWidth } = shape;
  const read = (item: number, token: number, part: number, head: number, e: number) =>
    qkv[(((item * tokens + token) * 3 + part) * heads + head) * headWidth + e];
  const y = new Float64Array(items * tokens * heads * headWidth);
  for (let item = 0; item < items; item++) {
    for (let head = 0; head < heads; head++) {
      for (let query = 0; query < tokens; query++) {
        const scores = Float64Array.from({ length: tokens }, (_, key) => {
          let score = 0;
          for (let e = 0; e < headWidth; e++) {
            score += read(item, query, 0, head, e) * read(item, key, 1, head, e);
          }
          return score * scale;
        });
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let e = 0; e < headWidth; e++) {
          let sum = 0;
          for (let key = 0; key < tokens; key++) sum += weights[key] * read(item, key, 2, head, e);
          y[((item * tokens + query) * heads + head) * headWidth + e] = sum / total;
        }
      }
    }
  }
  return y;
}
