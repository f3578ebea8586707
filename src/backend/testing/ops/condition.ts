import { describe, expect, test } from 'vitest';
import { CaseBuilder } from '../case-builder';
import type { OpBed } from '../op-bed';
import { resultOf } from '../run-case';

export function describeCondition(bed: OpBed): void {
  describe('condition', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const temb = c.rows('temb', 2, 4, [9, 9, 9, 9, 1, 0, -2, 3]);
      const label = c.dense('label', 2, 4, [0, 0, 1, -3, 0, 1, 2, -4]);
      c.expose('y', c.net.condition(temb, label, 1));
      const silu1 = 0.731059;
      await bed.expectValues(c.finish({ runs: [{ evaluation: 1 }] }), 'y', [
        ...[silu1, 0, silu1 - 1, 0],
        ...[silu1, silu1, 0, silu1 - 1],
      ]);
    });

    for (const [times, columns, items, evaluations] of [
      [1, 4, 1, 1],
      [5, 36, 2, 1],
      [2, 18, 3, 2],
      [5, 260, 3, 2],
      [3, 72, 2, 4],
    ]) {
      for (const evaluation of [0, times - 1]) {
        test(`evaluation ${evaluation} of ${times}, ${evaluations} at once, ${items} x ${columns}`, async () => {
          const c = new CaseBuilder(columns);
          const temb = c.rows('temb', times, columns);
          const label = c.dense('label', items, columns);
          c.expose('y', c.net.condition(temb, label, evaluations));
          await bed.check(c.finish({ runs: [{ evaluation }] }));
        });
      }
    }

    // Rows of 18 may be padded: what lies there is multiplied by zeros, which numbers without end survive.
    test('a label without end leaves the item before it alone', async () => {
      const c = new CaseBuilder(1);
      const zeros = new Array<number>(18).fill(0);
      const label = c.dense('label', 2, 18, [...zeros, ...new Array<number>(18).fill(Infinity)]);
      const rows = c.net.condition(c.rows('temb', 1, 18, zeros), label, 1);
      const layer = c.linear('l', 4, 18, { bias: [1, 2, 3, 4] });
      c.expose('y', c.net.linear(rows, layer));
      const y = resultOf(await bed.run(c.finish()), 'y');
      expect([...y].slice(0, 4)).toEqual([1, 2, 3, 4]);
    });

    test('large and small values', async () => {
      const c = new CaseBuilder(1);
      const temb = c.rows('temb', 1, 12, [
        ...[-1e6, -1000, -90, -20, -3, -1e-6],
        ...[1e-6, 3, 20, 90, 1000, 1e6],
      ]);
      c.expose('y', c.net.condition(temb, c.dense('label', 1, 12, new Float32Array(12)), 1));
      await bed.check(c.finish());
    });
  });
}
