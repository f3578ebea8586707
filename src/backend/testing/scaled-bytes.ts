import type { ScaledBytes } from '../../checkpoint/scaled-bytes';

/**
 * Random integers of all magnitudes, -128 too, the first row zeros; scales differ from row to row.
 * @param largest magnitude of a weight
 */
export function randomScaledBytes(
  random: () => number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  largest = 1,
): ScaledBytes {
  const integers = Int8Array.from({ length: rows * columns }, (_, i) =>
    i < columns && rows > 1 ? 0 : Math.floor(random() * 256) - 128,
  );
  const scales = Float32Array.from(
    { length: rows },
    () => ((0.1 + 0.9 * random()) * largest) / 128,
  );
  return { integers, scales };
}
