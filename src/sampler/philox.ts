/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3" (SC'11), table 2: a block of random words is a function of a counter and a key, so
 * any block can be had without those before it. Integer arithmetic only.
 */
const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
// Weyl sequences that change the key from round to round: golden ratio and sqrt(3) - 1.
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Two 32-bit words. */
export type PhiloxKey = readonly [number, number];
/** Four 32-bit words, lowest first. */
export type PhiloxCounter = readonly [number, number, number, number];

/**
 * Writes the four 32-bit words that belong to (key, counter) into `out`.
 * @param out (4)
 */
export function philox4x32(out: Uint32Array, key: PhiloxKey, counter: PhiloxCounter): void {
  let [key0, key1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = highProduct(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of the 64-bit product of two 32-bit words, from products of 16-bit halves. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Every sum stays below 2^32, so no bit is lost.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0;
}
