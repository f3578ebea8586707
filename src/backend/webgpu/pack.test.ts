import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { padRows, packWeight } from './pack';

describe('packWeight', () => {
  test('transposes, each group padded to a multiple of 4', () => {
    // (N, K) = (2 groups of 1, 3)
    const packed = packWeight(Float32Array.of(1, 2, 3, 10, 20, 30), {
      n: { groups: 2, group: 1 },
      k: wholeAxis(3),
      taps: 1,
    });
    const row = (a: number, b: number) => [a, 0, 0, 0, b, 0, 0, 0];
    expect([...packed]).toEqual([...row(1, 10), ...row(2, 20), ...row(3, 30), ...row(0, 0)]);
  });

  test('pads groups of k apart', () => {
    const packed = packWeight(Uint16Array.of(1, 2), {
      n: wholeAxis(1),
      k: { groups: 2, group: 1 },
      taps: 1,
    });
    const expected = new Uint16Array(8 * 4);
    expected[0] = 1;
    expected[4 * 4] = 2;
    expect(packed).toEqual(expected);
  });

  test('brings the taps of a convolution to the front', () => {
    // (N, C, taps) = (1, 1, 9)
    const values = Float32Array.from({ length: 9 }, (_, tap) => tap + 1);
    const packed = packWeight(values, { n: wholeAxis(1), k: wholeAxis(1), taps: 9 });
    expect(packed.length).toBe(9 * 4 * 4);
    for (let tap = 0; tap < 9; tap++) expect(packed[tap * 16]).toBe(tap + 1);
    expect(packed.filter((value) => value !== 0).length).toBe(9);
  });

  test.each([
    [33, 65],
    [70, 1],
    [1, 70],
  ])('%i x %i: every weight at its place', (n, k) => {
    const values = Float32Array.from({ length: n * k }, (_, i) => i + 1);
    const packed = packWeight(values, { n: wholeAxis(n), k: wholeAxis(k), taps: 1 });
    const stride = 4 * Math.ceil(n / 4);
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < k; column++) {
        expect(packed[column * stride + row]).toBe(row * k + column + 1);
      }
    }
  });
});

test('padRows pads the groups of every row', () => {
  const padded = padRows(Float32Array.of(1, 2, 3, 4), { groups: 2, group: 1 });
  expect([...padded].filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4]);
  expect(padded.length).toBe(16);
});
