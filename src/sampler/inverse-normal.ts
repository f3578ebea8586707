import { log32 } from './log32';

/*
 * Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
 * Statistics 37 (1988), routine PPND16: a ratio of polynomials near the middle, another in the
 * tails. Its third range (p < 1.4e-11) is out of reach of 32-bit words. Lowest power first.
 */
const CENTRE_NUMERATOR = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
] as const;
const CENTRE_DENOMINATOR = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
] as const;
const TAIL_NUMERATOR = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
  7.7454501427834140764e-4,
] as const;
const TAIL_DENOMINATOR = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
] as const;

const LN_2 = 0.6931471805599453;

/**
 * The standard normal deviate z with P(Z <= z) = p, p = (word + 1/2) / 2^32, to a relative 1e-15.
 * The same bits on every machine: nothing but IEEE + - * / and square root, which are exactly
 * rounded by definition, where Math.log and its kin are left to the engine.
 * @param word 0..2^32-1
 */
export function inverseNormal(word: number): number {
  const q = (word - 0x7fffffff - 0.5) / 0x100000000; // p - 1/2, exact
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const lowerWord = q < 0 ? word : 0xffffffff - word;
  // -ln min(p, 1 - p), p = (2*lowerWord + 1) / 2^33
  const r = Math.sqrt(33 * LN_2 - log32(2 * lowerWord + 1)) - 1.6;
  const z = polynomial(TAIL_NUMERATOR, r) / polynomial(TAIL_DENOMINATOR, r);
  return q < 0 ? -z : z;
}

/** Horner's scheme; `coefficients` from the lowest power. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}
