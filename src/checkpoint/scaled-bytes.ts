/**
 * int8 weights (rows, columns) with a scale for every row and group of columns; the groups of a row are
 * alike, one or more: weight[row, column] = scales[row, group of column] * integers[row, column].
 */
export interface ScaledBytes {
  readonly integers: Int8Array<ArrayBuffer>;
  /** (rows, groups) */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Most columns that share a scale where weights are made int8, and fewest of several groups. */
const scaleGroup = 64;
const leastGroup = 32;

/**
 * Like groups of a row of so many columns that is made int8, so that a large weight makes its group
 * coarse and not the row. Groups are multiples of four, which kernels read at once; where there are
 * none, a row is one.
 */
export function scaleGroups(columns: number): number {
  for (let groups = Math.ceil(columns / scaleGroup); columns / groups >= leastGroup; groups++) {
    if (columns % (4 * groups) === 0) return groups;
  }
  return 1;
}

/** The weights as f32, each rounded once. */
export function widened({ integers, scales }: ScaledBytes): Float32Array<ArrayBuffer> {
  const group = integers.length / scales.length;
  const values = new Float32Array(integers.length);
  for (let place = 0, i = 0; place < scales.length; place++) {
    const scale = scales[place];
    for (const end = i + group; i < end; i++) values[i] = integers[i] * scale;
  }
  return values;
}
