/** GELU in its tanh form (Hendrycks & Gimpel, arXiv 1606.08415). */
export function geluTanh(v: number): number {
  return 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
}

/** SiLU: v * sigmoid(v). */
export function silu(v: number): number {
  return v / (1 + Math.exp(-v));
}
