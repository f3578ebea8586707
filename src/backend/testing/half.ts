/** Value of an f16 by its bits (IEEE 754-2008, binary16); finite ones only. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Bits of random f16: magnitudes of 2^-5 to 2, and one in sixteen a subnormal or a zero. */
export function randomHalves(random: () => number, length: number): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length }, () => {
    const sign = random() < 0.5 ? 0 : 0x8000;
    const fraction = Math.floor(random() * 0x400);
    const exponent = random() < 1 / 16 ? 0 : 10 + Math.floor(random() * 6);
    return sign | (exponent << 10) | fraction;
  });
}
