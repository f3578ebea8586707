import { describe, test } from 'vitest';
import { chunk } from '../../../ops/recorder';
import { CaseBuilder, sentinel } from '../case-builder';
import type { OpBed } from '../op-bed';
import { keptPatterns, oddCounts } from '../patterns';

export function describeNorm(bed: OpBed): void {
  describe('norm', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Mean 2.5, variance 1.25.
      const x = c.rows('x', 1, 4, [1, 2, 3, 4]);
      const modulation = c.rows('modulation', 1, 8, [0, 10, 5, -1, 0, 1, -1, 0.5]);
      const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
      c.expose('y', c.net.norm(x, chunks, { tokens: 1 }));
      await bed.expectValues(c.finish(), 'y', [-1.34164, 9.105573, 5, 1.012461]);
    });

    test('a row of equal numbers becomes the shift', async () => {
      const c = new CaseBuilder(1);
      const x = c.rows('x', 1, 4, [7, 7, 7, 7]);
      const modulation = c.rows('modulation', 1, 8, [1, 2, 3, 4, 5, 6, 7, 8]);
      const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
      c.expose('y', c.net.norm(x, chunks, { tokens: 1 }));
      await bed.expectValues(c.finish(), 'y', [1, 2, 3, 4]);
    });

    test('packed rows by hand', async () => {
      const c = new CaseBuilder(1);
      const rows = c.keep([false, true, true, false]);
      const row = [-1, 1, -1, 1];
      const x = c.rows('x', 4, 4, [9, 9, 9, 9, ...row, ...row, 9, 9, 9, 9]);
      // Tokens 0 and 1 are of item 0, 2 and 3 of item 1; scale -1 leaves the shift alone.
      const modulation = c.rows('modulation', 2, 8, [
        1,
        1,
        1,
        1,
        ...ones(-1),
        2,
        3,
        4,
        5,
        ...ones(-1),
      ]);
      const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
      c.expose('y', c.net.norm(x, chunks, { tokens: 2, rows }));
      await bed.expectValues(c.finish(), 'y', [
        ...[1, 1, 1, 1, 2, 3, 4, 5],
        ...ones(sentinel),
        ...ones(sentinel),
      ]);
    });

    for (const tokens of oddCounts) {
      for (const [items, columns] of [
        [1, 4],
        [2, 36],
        [3, 72],
        [1, 260],
      ]) {
        test(`${items} items of ${tokens} tokens, ${columns} columns`, async () => {
          const c = new CaseBuilder(tokens + columns);
          const x = c.rows('x', items * tokens, columns);
          const modulation = c.rows('modulation', 3 * items, 6 * columns);
          const chunks = { shift: chunk(modulation, 3), scale: chunk(modulation, 4) };
          c.expose('y', c.net.norm(x, chunks, { tokens }));
          await bed.check(c.finish({ runs: [{ modulationRow: 2 * items }] }), 4);
        });
      }
    }

    test('a mean much larger than the deviation, and tiny values', async () => {
      const c = new CaseBuilder(8);
      const offsets = [0, 100, -1000, 0];
      const sizes = [1e-4, 1, 10, 1e4];
      const values = Array.from({ length: 4 * 64 }, (_, i) => {
        const row = Math.floor(i / 64);
        return offsets[row] + sizes[row] * (c.random() - 0.5);
      });
      const x = c.rows('x', 4, 64, values);
      const modulation = c.rows('modulation', 1, 128);
      const chunks = { shift: chunk(modulation, 1), scale: chunk(modulation, 0) };
      c.expose('y', c.net.norm(x, chunks, { tokens: 4 }));
      await bed.check(c.finish(), 20);
    });

    for (const { name, kept } of keptPatterns) {
      test(`packed rows: ${name}; rows past the count stay as they are`, async () => {
        const c = new CaseBuilder(9);
        const rows = c.keep(kept);
        const x = c.rows('x', kept.length, 20);
        const modulation = c.rows('modulation', 3, 40);
        const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
        c.expose('y', c.net.norm(x, chunks, { tokens: kept.length / 2, rows }));
        await bed.check(c.finish({ runs: [{ modulationRow: 1 }] }), 4);
      });
    }
  });
}

/** Products of normed rows; a backend may norm them as it reads them. */
export function describeNormedProducts(bed: OpBed): void {
  describe('norm in front of a product', () => {
    for (const [items, tokens, columns] of [
      [1, 1, 4],
      [2, 33, 36],
      [3, 5, 72],
      [1, 65, 140],
    ]) {
      test(`${items} items of ${tokens} tokens, ${columns} columns`, async () => {
        const c = new CaseBuilder(tokens + columns);
        const x = c.rows('x', items * tokens, columns);
        const modulation = c.rows('modulation', 3 * items, 3 * columns);
        const chunks = { shift: chunk(modulation, 1), scale: chunk(modulation, 2) };
        const normed = c.net.norm(x, chunks, { tokens });
        c.expose('y', c.net.linear(normed, c.linear('l', 20, columns)));
        await bed.check(c.finish({ runs: [{ modulationRow: 2 * items }] }), 20);
      });
    }

    for (const { name, kept } of keptPatterns) {
      test(`packed rows: ${name}`, async () => {
        const c = new CaseBuilder(11);
        const rows = c.keep(kept);
        const x = c.rows('x', kept.length, 20);
        const modulation = c.rows('modulation', 3, 40);
        const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
        const normed = c.net.norm(x, chunks, { tokens: kept.length / 2, rows });
        c.expose('y', c.net.linear(normed, c.linear('l', 12, 20), { rows }));
        await bed.check(c.finish({ runs: [{ modulationRow: 1 }] }), 20);
      });
    }
  });
}

function ones(value: number): readonly number[] {
  return [value, value, value, value];
}
