// IEEE 754 half precision: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.

const smallestNormalExponent = -14;
const largestExponent = 15;

const doubleView = new Float64Array(1);
/** The same 8 bytes as two words; the upper one holds sign and exponent (little-endian). */
const wordView = new Uint32Array(doubleView.buffer);

/** 2^(10-e) at index e+14: scales a number of exponent e to units of its last half-precision bit. */
const unitsPerOne = Float64Array.from({ length: 30 }, (_, i) => 2 ** (10 - (i - 14)));

/** Adding and subtracting 2^52 rounds a double below it to an integer, ties to even. */
const roundingConstant = 2 ** 52;

/** The value of every half; looking one up is several times faster than computing it. */
const halfValues = Float32Array.from({ length: 2 ** 16 }, (_, bits) => decodeHalf(bits));

/** Value of 16 bits read as a half; NaN payloads are not kept. */
export function halfToFloat(bits: number): number {
  return halfValues[bits];
}

/** The values of halves by their bits. A plain loop: `Float32Array.from` takes thirty times as long. */
export function halvesToFloats(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bits.length);
  for (let i = 0; i < floats.length; i++) floats[i] = halfValues[bits[i]];
  return floats;
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Bits of the half nearest to a number, ties to even; 65520 and above become infinity, every NaN
 * the same quiet NaN. Rounds once, straight from the double.
 */
export function floatToHalf(value: number): number {
  doubleView[0] = value;
  const upper = wordView[1];
  const sign = (upper >>> 16) & 0x8000;
  const exponent = ((upper >>> 20) & 0x7ff) - 1023;
  if (exponent > largestExponent) return sign | (Number.isNaN(value) ? 0x7e00 : 0x7c00);
  const step = Math.max(exponent - smallestNormalExponent, 0);
  const units = Math.abs(value) * unitsPerOne[step];
  const rounded = units + roundingConstant - roundingConstant;
  // The encodings are consecutive: a carry out of the fraction lands in the exponent, and out of
  // the largest exponent gives infinity. Subnormals (step 0) start at 0, so does 2^-14 less 1024.
  return sign | ((step << 10) + rounded);
}
