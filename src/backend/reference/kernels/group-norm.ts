import { matrixOf, rowOf, type Matrix } from '../matrix';

/**
 * @param x (pixels, C)
 * @returns (2, C): the mean of each channel and the sum of squares about it
 */
export function rowMoments(x: Float64Array, channels: number): Float64Array {
  const pixels = x.length / channels;
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  x.forEach((value, i) => (mean[i % channels] += value / pixels));
  x.forEach((value, i) => (squares[i % channels] += (value - mean[i % channels]) ** 2));
  return Float64Array.of(...mean, ...squares);
}

/**
 * @param moments (side, 2, C), of rows of `side` pixels
 * @param affine gamma and beta (C)
 * @returns (3, C): the mean of a channel's group, gamma / sqrt(its variance + eps), beta
 */
export function groupStatistics(
  moments: Matrix,
  { gamma, beta }: { readonly gamma: Float64Array; readonly beta: Float64Array },
  { groups, eps }: { readonly groups: number; readonly eps: number },
): Float64Array {
  const channels = gamma.length;
  const side = moments.rows;
  const width = channels / groups;
  const elements = side ** 2 * width;
  // Sums over the rows and the channels of a group.
  const perGroup = (term: (row: Float64Array, c: number, group: number) => number) =>
    Array.from({ length: groups }, (_, group) => {
      let sum = 0;
      for (let y = 0; y < side; y++) {
        for (let c = group * width; c < (group + 1) * width; c++) {
          sum += term(rowOf(moments, y), c, group);
        }
      }
      return sum / elements;
    });
  const mean = perGroup((row, c) => side * row[c]);
  const variance = perGroup(
    (row, c, group) => row[channels + c] + side * (row[c] - mean[group]) ** 2,
  );
  return matrixOf(3, channels, (row, c) => {
    const group = Math.floor(c / width);
    return [mean[group], gamma[c] / Math.sqrt(variance[group] + eps), beta[c]][row];
  }).values;
}
