import { inverseNormal } from './inverse-normal';
import { drawWords } from './words';

/** Stream of the initial latent. */
export const LATENT_STREAM = 0;

/** Stream of what a seed draws besides noise; those of the steps count up and never reach it. */
export const MOVES_STREAM = 0xffffffff;

/**
 * Stream of the noise a step adds.
 * @param step 0-based, in the order taken
 */
export function stepStream(step: number): number {
  return 1 + step;
}

/**
 * Fills `out` with independent standard normals that depend on nothing but (seed, stream) and the
 * element's index: not on the machine, nor on the length of `out`. Element i is made from word i of
 * `drawWords`.
 * @param seed 32-bit word, taken modulo 2^32
 * @param stream 32-bit word: `LATENT_STREAM`, or `stepStream(step)`
 */
export function fillNormal(out: Float32Array, seed: number, stream: number): void {
  const words = drawWords(out.length, seed, stream);
  for (let i = 0; i < out.length; i++) out[i] = inverseNormal(words[i]);
}
