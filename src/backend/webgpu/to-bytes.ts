import { halvesToFloats } from '../../checkpoint/half';
import type { WeightValues } from '../../ops/layer';

/** Largest byte; -128 is left out, so that both signs have the same steps. */
const largest = 127;

/**
 * Rounds a weight (N, K) to bytes, in steps of 1/127 of the largest magnitude of its row: each weight
 * is off by at most 1/254 of that.
 * @returns bytes (N, K), and the largest magnitude of every row (N)
 */
export function toBytes(
  weight: WeightValues,
  rows: number,
): { readonly bytes: Int8Array<ArrayBuffer>; readonly scales: Float32Array<ArrayBuffer> } {
  const columns = weight.length / rows;
  const values = weight instanceof Float32Array ? weight : halvesToFloats(weight);
  const bytes = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let scale = 0;
    for (let i = start; i < start + columns; i++) scale = Math.max(scale, Math.abs(values[i]));
    scales[row] = scale;
    if (scale === 0) continue;
    for (let i = start; i < start + columns; i++) {
      bytes[i] = Math.round((values[i] / scale) * largest);
    }
  }
  return { bytes, scales };
}
