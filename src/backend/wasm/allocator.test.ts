import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator } from './allocator';

const limit = 64 * 100;

/** Allocates by the sizes, and frees one of what is there where a size is 0. */
const steps = fc.array(
  fc.record({ bytes: fc.oneof(fc.constant(0), fc.nat(64 * 30)), choice: fc.nat() }),
  { maxLength: 200 },
);

describe('allocator', () => {
  test('blocks never overlap, keep to cache lines and to the limit, and are counted', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const allocator = new Allocator(64, limit);
        const live: { readonly start: number; readonly bytes: number }[] = [];
        for (const { bytes, choice } of all) {
          if (bytes === 0) {
            if (live.length === 0) continue;
            const [freed] = live.splice(choice % live.length, 1);
            allocator.free(freed.start);
          } else {
            const start = allocator.allocate(bytes);
            if (start === undefined) continue;
            expect(start % 64).toBe(0);
            expect(start).toBeGreaterThanOrEqual(64);
            expect(start + bytes).toBeLessThanOrEqual(limit);
            for (const other of live) {
              const apart = start + bytes <= other.start || other.start + other.bytes <= start;
              expect(apart).toBe(true);
            }
            live.push({ start, bytes });
          }
          expect(allocator.liveCount).toBe(live.length);
        }
      }),
    );
  });

  test('when all is freed, all of it can be had in one piece', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, seed) => {
        const allocator = new Allocator(0, limit);
        const live = all.flatMap(({ bytes }) => allocator.allocate(bytes) ?? []);
        for (let i = seed; live.length > 0; i = (i * 31 + 7) % 1009) {
          const [address] = live.splice(i % live.length, 1);
          allocator.free(address);
        }
        expect(allocator.liveBytes).toBe(0);
        expect(allocator.allocate(limit)).toBe(0);
      }),
    );
  });

  test('the same sizes find the same places again', () => {
    const allocator = new Allocator(64, limit);
    const sizes = [100, 700, 64, 1, 2000];
    const addresses = sizes.map((bytes) => allocator.allocate(bytes));
    for (let round = 0; round < 10; round++) {
      for (const address of addresses) allocator.free(address ?? -1);
      expect(sizes.map((bytes) => allocator.allocate(bytes))).toEqual(addresses);
    }
  });

  test('more than there is gives nothing, and takes nothing', () => {
    const allocator = new Allocator(64, limit);
    expect(allocator.allocate(limit)).toBeUndefined();
    expect(allocator.liveCount).toBe(0);
    expect(allocator.allocate(limit - 64)).toBe(64);
    expect(allocator.allocate(1)).toBeUndefined();
  });
});
