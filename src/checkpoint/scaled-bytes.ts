/** int8 weights (rows, ...) with a scale a row: weight[row] = scales[row] * integers[row]. */
export interface ScaledBytes {
  readonly integers: Int8Array<ArrayBuffer>;
  /** (rows) */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** The weights as f32, each rounded once. */
export function widened({ integers, scales }: ScaledBytes): Float32Array<ArrayBuffer> {
  const columns = integers.length / scales.length;
  const values = new Float32Array(integers.length);
  for (let row = 0, i = 0; row < scales.length; row++) {
    const scale = scales[row];
    for (const end = i + columns; i < end; i++) values[i] = integers[i] * scale;
  }
  return values;
}
