import { floatToHalf, halfToFloat } from '../half';

/** Adding and subtracting it rounds a small double to an integer, ties to even. */
const roundingConstant = 1.5 * 2 ** 52;

/** The smallest half: the scale of a group of zeros. */
const smallestHalf = 2 ** -24;

/** int8 weights and the scales of their groups, as bits of halves. */
export interface Quantised {
  readonly integers: Int8Array<ArrayBuffer>;
  readonly scales: Uint16Array<ArrayBuffer>;
}

/**
 * weight[group] ~ scale[group] * int8[group], as training/quantise.py does it with whole rows. The
 * scale is a little more than max/127, so that its rounding to a half puts no weight out of reach.
 * @param groups of equal length that `values` are
 */
export function quantise(values: Float32Array, groups: number): Quantised {
  const length = values.length / groups;
  const integers = new Int8Array(values.length);
  const scales = new Uint16Array(groups);
  for (let group = 0; group < groups; group++) {
    const start = group * length;
    let largest = 0;
    for (let i = start; i < start + length; i++) largest = Math.max(largest, Math.abs(values[i]));
    const wanted = (largest / 127) * (1 + 2 ** -10) + 2 ** -25;
    scales[group] = floatToHalf(Math.max(wanted, smallestHalf));
    const scale = halfToFloat(scales[group]);
    for (let i = start; i < start + length; i++) {
      integers[i] = values[i] / scale + roundingConstant - roundingConstant;
    }
  }
  return { integers, scales };
}
