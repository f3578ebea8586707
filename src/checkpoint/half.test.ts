import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from './half';

describe('half precision', () => {
  it('decodes the landmarks', () => {
    const landmarks: [number, number][] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x7e00, NaN],
    ];
    for (const [bits, value] of landmarks) expect(halfToFloat(bits)).toBe(value);
  });

  it('encodes every half to itself', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToFloat(bits);
      const expected = Number.isNaN(value) ? 0x7e00 : bits;
      const encoded = floatToHalf(value) & (Number.isNaN(value) ? 0x7fff : 0xffff);
      if (encoded !== expected) expect.fail(`0x${bits.toString(16)} became ${encoded}`);
    }
  });

  it('rounds halfway between neighbours to the even one, and past it to the nearer', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (halfToFloat(bits) + halfToFloat(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      // One bit of a double, far below one bit of an f32: rounding twice would lose it.
      const above = middle * (1 + Number.EPSILON);
      const below = middle * (1 - Number.EPSILON / 2);
      const encoded = [below, middle, above, -middle].map(floatToHalf);
      const expected = [bits, even, bits + 1, even | 0x8000];
      if (encoded.join() !== expected.join()) {
        expect.fail(`${middle}: ${encoded.join()} instead of ${expected.join()}`);
      }
    }
  });

  it('overflows at 65520', () => {
    expect(floatToHalf(65519.99)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(-1e300)).toBe(0xfc00);
    expect(floatToHalf(Number.MIN_VALUE)).toBe(0);
  });

  it('finds the nearest half of any number', () => {
    fc.assert(
      fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
        const bits = floatToHalf(value);
        const error = Math.abs(halfToFloat(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = halfToFloat(neighbour & 0xffff);
          if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - value));
        }
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});
