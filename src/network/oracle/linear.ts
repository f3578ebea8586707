import type { LinearWeights } from './weights';

/** x (R, I) -> x W^T + b (R, O); R is whatever x holds. */
export function linear(x: Float64Array, { weight, bias }: LinearWeights): Float64Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const rows = x.length / inputs;
  const out = new Float64Array(rows * outputs);
  // A row of the weight stays in the cache for all rows of x.
  for (let o = 0; o < outputs; o++) {
    const w = weight.subarray(o * inputs, (o + 1) * inputs);
    for (let r = 0; r < rows; r++) {
      out[r * outputs + o] = bias[o] + dot(x, r * inputs, w);
    }
  }
  return out;
}

/** Four sums side by side: one alone would wait for each addition to end. */
function dot(x: Float64Array, start: number, w: Float64Array): number {
  const whole = w.length - (w.length % 4);
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    sum0 += x[start + i] * w[i];
    sum1 += x[start + i + 1] * w[i + 1];
    sum2 += x[start + i + 2] * w[i + 2];
    sum3 += x[start + i + 3] * w[i + 3];
  }
  for (let i = whole; i < w.length; i++) sum0 += x[start + i] * w[i];
  return sum0 + sum1 + (sum2 + sum3);
}
