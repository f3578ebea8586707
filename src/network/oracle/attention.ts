/**
 * softmax(q k^T / sqrt(E)) v, head by head.
 * @param qkv (N, 3D): q, k and v, each as H heads of E = D/H channels
 * @param heads H
 * @returns (N, D)
 */
export function attention(qkv: Float64Array, tokens: number, heads: number): Float64Array {
  const width = qkv.length / tokens / 3; // D
  const headSize = width / heads; // E
  const out = new Float64Array(tokens * width);
  const scores = new Float64Array(tokens);
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < tokens; query++) {
      const q = query * 3 * width + head * headSize;
      let largest = -Infinity;
      for (let key = 0; key < tokens; key++) {
        const k = (key * 3 + 1) * width + head * headSize;
        let score = 0;
        for (let e = 0; e < headSize; e++) score += qkv[q + e] * qkv[k + e];
        scores[key] = score / Math.sqrt(headSize);
        largest = Math.max(largest, scores[key]);
      }
      let total = 0;
      for (let key = 0; key < tokens; key++) {
        scores[key] = Math.exp(scores[key] - largest);
        total += scores[key];
      }
      const o = query * width + head * headSize;
      for (let key = 0; key < tokens; key++) {
        const v = (key * 3 + 2) * width + head * headSize;
        const weight = scores[key] / total;
        for (let e = 0; e < headSize; e++) out[o + e] += weight * qkv[v + e];
      }
    }
  }
  return out;
}
