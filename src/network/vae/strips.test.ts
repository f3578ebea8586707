import { describe, expect, test } from 'vitest';
import { endOf } from '../../ops/pixels';
import { pairsOf, stripsOf } from './strips';

describe('strips', () => {
  test.each([
    [7, 3, 1],
    [7, 3, 4 * 7 * 3 * 4],
    [64, 16, 4 * 64 * 16 * 10],
    [64, 16, 4 * 64 * 16 * 11],
    [512, 128, 2 ** 24],
    [8, 4, 2 ** 24],
  ])(
    'of %i x %i channels and %i bytes: every row once, in pairs, in the bytes',
    (side, channels, bytes) => {
      const strips = stripsOf({ side, channels }, bytes);
      const rows = strips.flatMap(({ first, count }) =>
        Array.from({ length: count }, (_, i) => first + i),
      );
      expect(rows).toEqual(Array.from({ length: side }, (_, i) => i));
      for (const strip of strips) {
        expect(strip.first % 2).toBe(0);
        const rowBytes = 4 * side * channels;
        expect(strip.count * rowBytes).toBeLessThanOrEqual(Math.max(bytes, 2 * rowBytes));
      }
    },
  );

  test('a picture that fits is one strip', () => {
    expect(stripsOf({ side: 8, channels: 4 }, 4 * 8 * 8 * 4)).toEqual([{ first: 0, count: 8 }]);
  });
});

test('pairs of rows hold the rows', () => {
  for (let first = 0; first < 5; first++) {
    for (let count = 1; count < 5; count++) {
      const pairs = pairsOf({ first, count });
      expect([pairs.first % 2, pairs.count % 2]).toEqual([0, 0]);
      expect(pairs.first).toBeGreaterThan(first - 2);
      expect(pairs.first).toBeLessThanOrEqual(first);
      expect(endOf(pairs)).toBeGreaterThanOrEqual(first + count);
      expect(endOf(pairs)).toBeLessThan(first + count + 2);
    }
  }
});
