const LN_2 = 0.6931471805599453;
const SQRT_2 = 1.4142135623730951;
/** With |s| <= (sqrt(2)-1)/(sqrt(2)+1) = 0.172 the first term left out, s^25/25, is below 1e-20. */
const LAST_POWER = 23;

/**
 * Natural logarithm of a positive integer, to an absolute 1e-14, by exactly rounded operations
 * alone, so that every engine gives the same bits: n = 2^e * m with m near 1, then
 * ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), s = (m-1)/(m+1).
 * @param n 1..2^32-1
 */
export function log32(n: number): number {
  let exponent = 31 - Math.clz32(n);
  let mantissa = n / ((1 << exponent) >>> 0); // in [1, 2), exact
  if (mantissa > SQRT_2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let power = LAST_POWER; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return exponent * LN_2 + 2 * s * sum;
}
