import type { ScaledBytes } from '../../checkpoint/scaled-bytes';

/** Random int8 weights. */
export interface RandomScales {
  readonly rows: number;
  readonly columns: number;
  /** Groups of a row; a divisor of `columns`, 1 where absent. */
  readonly groups?: number;
  /** Magnitude of a weight; 1 where absent. */
  readonly largest?: number;
}

/** Random integers of all magnitudes, -128 too, the first row zeros; each scale is another one. */
export function randomScaledBytes(
  random: () => number,
  { rows, columns, groups = 1, largest = 1 }: RandomScales,
): ScaledBytes {
  const integers = Int8Array.from({ length: rows * columns }, (_, i) =>
    i < columns && rows > 1 ? 0 : Math.floor(random() * 256) - 128,
  );
  const scales = Float32Array.from(
    { length: rows * groups },
    () => ((0.1 + 0.9 * random()) * largest) / 128,
  );
  return { integers, scales };
}

/** The fewest groups, but three at least, whose length is a multiple of 4; one where there are none. */
export function someGroups(columns: number): number {
  for (let groups = 3; groups <= columns / 4; groups++) {
    if (columns % (4 * groups) === 0) return groups;
  }
  return 1;
}
