import { floatToHalf } from './half';

/**
 * Half-precision weights by a rule, for measurements: they are drawn where they are needed, so that
 * none are read, moved or held before.
 */
export interface DrawnHalves {
  /** A word; other weights of the same seed and deviation would be the same. */
  readonly seed: number;
  /** Standard deviation; the mean is 0. */
  readonly deviation: number;
  readonly count: number;
}

/** Smallest half that is not subnormal: what is nearer to zero is drawn as zero. */
const smallestHalf = 2 ** -14;

/** What the drawn integers, uniform in -32768..32767, are multiplied by, an f32. */
export function stepOf({ deviation }: DrawnHalves): number {
  return Math.fround((deviation * Math.sqrt(12)) / 65_536);
}

/** All of them, bit for bit what shaders/draw_weights.wgsl draws. */
export function drawHalves(drawn: DrawnHalves): Uint16Array<ArrayBuffer> {
  const step = stepOf(drawn);
  const halves = new Uint16Array(drawn.count);
  for (let i = 0; i < halves.length; i++) {
    const value = Math.fround(((hashOf(i, drawn.seed) >>> 16) - 32_768) * step);
    halves[i] = Math.abs(value) < smallestHalf ? 0 : floatToHalf(value);
  }
  return halves;
}

/** PCG's output of a state, as in "Hash functions for GPU rendering" (Jarzynski and Olano, 2020). */
function hashOf(i: number, seed: number): number {
  const state = (Math.imul(i ^ seed, 747_796_405) + 2_891_336_453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277_803_737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}
