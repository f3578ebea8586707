import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadItems } from './items';

test('every item once, in order, and no lane has two more than another', () => {
  const counts = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(counts, counts, (items, lanes) => {
      const ranges = spreadItems(items, lanes);
      const covered = ranges.flatMap(({ start, count }) =>
        Array.from({ length: count }, (_, i) => start + i),
      );
      expect(covered).toEqual(Array.from({ length: items }, (_, i) => i));
      const sizes = ranges.map(({ count }) => count);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(ranges).toHaveLength(Math.min(items, lanes));
    }),
  );
});
