import { philox4x32 } from './philox';

/**
 * Random words that depend on nothing but (seed, stream) and their index: word i is word i mod 4 of
 * Philox block floor(i/4).
 * @param seed 32-bit word, taken modulo 2^32
 */
export function drawWords(count: number, seed: number, stream: number): Uint32Array<ArrayBuffer> {
  const block = new Uint32Array(4);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) philox4x32(block, [seed >>> 0, stream >>> 0], [i / 4, 0, 0, 0]);
    words[i] = block[i % 4];
  }
  return words;
}
