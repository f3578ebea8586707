import { halfToFloat } from '../checkpoint/half';
import { widened } from '../checkpoint/scaled-bytes';
import {
  heldValues,
  tapsOf,
  type ConvLayer,
  type ProductValues,
  type WeightValues,
} from '../ops/layer';

/** Pixels of a doubled picture that one pixel became, each with a kernel of its own. */
export const phases = 4;

/**
 * Which of the three taps along one axis fall on each of the two pixels of x that an even or odd
 * pixel of the doubled picture sees: the one before and its own, or its own and the one after.
 */
const sharedTaps: readonly (readonly (readonly number[])[])[] = [
  [[0], [1, 2]],
  [[0, 1], [2]],
];

/** Weights of a pair of channels in a layer, as `kernelsOf` gives them. */
export function keptTaps(layer: ConvLayer): number {
  return tapsOf(layer) * (layer.doubles ? phases : 1);
}

/**
 * Weights of a convolution as they are multiplied. A 3 x 3 kernel on a picture whose pixels were
 * doubled is four 2 x 2 kernels on the picture before: taps that fall on the same pixel are summed.
 * Exact at the border too: a doubled row is outside the picture where the row that it was made of is.
 * @param given (N, C, size, size)
 * @returns the same, integers as floats; of a layer that doubles (N, C, phases, 2, 2), the phases (even, even), (even,
 * odd), (odd, even), (odd, odd) of (row, column) in y
 */
export function kernelsOf(layer: ConvLayer, given: ProductValues): WeightValues {
  const held = heldValues(given);
  const weight = 'scales' in held ? widened(held) : held;
  if (!layer.doubles) return weight;
  const valueOf = weight instanceof Float32Array ? (v: number) => v : halfToFloat;
  const pairs = weight.length / layer.size ** 2;
  const folded = new Float32Array(pairs * phases * 4);
  for (let i = 0; i < folded.length; i++) {
    const kernel = Math.floor(i / (phases * 4)) * layer.size ** 2;
    const phase = Math.floor(i / 4) % phases;
    let sum = 0;
    for (const ky of sharedTaps[phase >> 1][(i >> 1) & 1]) {
      for (const kx of sharedTaps[phase & 1][i & 1]) {
        sum += valueOf(weight[kernel + ky * layer.size + kx]);
      }
    }
    folded[i] = sum;
  }
  return folded;
}
