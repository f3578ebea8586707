import { describe, test } from 'vitest';
import { chunk } from '../../../ops/recorder';
import {
  CaseBuilder,
  gatedEvaluation,
  groupsGate,
  headsGate,
  widthWith,
  type WeightType,
} from '../case-builder';
import type { OpBed } from '../op-bed';
import { keptPatterns, poisonedRows, weightTypes } from '../patterns';
import type { OpCase } from '../run-case';

export function describeAddGated(bed: OpBed): void {
  describe('addGated', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const y = c.rows('y', 1, 4, [1, 2, 3, 4]);
      const gates = c.rows('modulation', 1, 8, [9, 9, 9, 9, 0.5, 2, 0, -1]);
      const layer = c.linear('l', 4, 1, { weight: [2, -1, 5, 1], bias: [1, 0, 0, 1] });
      c.net.addGated(y, chunk(gates, 1), c.rows('x', 1, 1, [3]), layer, { tokens: 1 });
      await bed.expectValues(c.finish(), 'y', [4.5, -4, 3, 0]);
    });

    test('packed rows by hand: tokens that are not kept get no bias either', async () => {
      const c = new CaseBuilder(1);
      const rows = c.keep([false, true, true]);
      const y = c.rows('y', 3, 4, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
      const gates = c.rows('modulation', 1, 4, [1, 1, 1, 10]);
      const layer = c.linear('l', 4, 1, { weight: [1, 2, 3, 4], bias: [0, 0, 0, 1] });
      const x = c.rows('x', 3, 1, [1, 2, NaN]);
      c.net.addGated(y, chunk(gates, 0), x, layer, { tokens: 3, rows });
      await bed.expectValues(c.finish(), 'y', [1, 1, 1, 1, 3, 4, 5, 52, 5, 7, 9, 93]);
    });

    test('gates of two items by hand, from the second row of the modulation on', async () => {
      const c = new CaseBuilder(1);
      const y = c.rows('y', 4, 4, new Float32Array(16));
      const gates = c.rows('modulation', 3, 4, [...[9, 9, 9, 9], ...[1, 2, 3, 4], ...[5, 6, 7, 8]]);
      const layer = c.linear('l', 4, 1, { weight: [1, 1, 1, 1], bias: [0, 0, 0, 0] });
      const x = c.rows('x', 4, 1, [1, 10, 100, 1000]);
      c.net.addGated(y, chunk(gates, 0), x, layer, { tokens: 2 });
      await bed.expectValues(c.finish({ runs: [{ modulationRow: 1 }] }), 'y', [
        ...[1, 2, 3, 4],
        ...[10, 20, 30, 40],
        ...[500, 600, 700, 800],
        ...[5000, 6000, 7000, 8000],
      ]);
    });

    for (const type of weightTypes) {
      for (const [items, tokens, columns, k] of [
        [1, 1, 4, 4],
        [1, 63, 36, 10],
        [2, 65, 20, 72],
        [3, 5, 72, 7],
      ]) {
        test(`${items} items of ${tokens} tokens, ${k} -> ${columns}, ${type}`, async () => {
          await bed.check(addGatedCase({ items, tokens, columns, k, type }), 4);
        });
      }
    }

    for (const units of [[0], [1, 3], [0, 1, 2, 3]]) {
      for (const gate of [headsGate, groupsGate]) {
        test(`${gate.unit} ${units.join(' ')} of 4`, async () => {
          const c = new CaseBuilder(units.length, 'f16');
          const axis = { groups: 4, group: 18 };
          const hidden = c.net.linear(c.rows('x', 65, 8), c.linear('in', axis, 8), { n: gate });
          const y = c.rows('y', 65, 36);
          const gates = c.rows('modulation', 4, 72);
          const options = { tokens: 33, k: gate };
          c.net.addGated(y, chunk(gates, 1), hidden, c.linear('out', 36, axis), options);
          const width = widthWith(4, {
            heads: [0, 1, 2, 3],
            groups: [0, 1, 2, 3],
            [gate.unit]: units,
          });
          const runs = [{ evaluation: gatedEvaluation, modulationRow: 1 }];
          await bed.check(c.finish({ width, runs }), 50);
        });
      }
    }

    for (const { name, kept } of keptPatterns) {
      test(`packed rows: ${name}; the other tokens stay as they are`, async () => {
        const c = new CaseBuilder(6);
        const rows = c.keep(kept);
        const x = c.rows('x', kept.length, 10, poisonedRows(c.random, kept, 10));
        const y = c.rows('y', kept.length, 12);
        const gates = c.rows('modulation', 3, 24);
        const options = { tokens: kept.length / 2, rows };
        c.net.addGated(y, chunk(gates, 1), x, c.linear('l', 12, 10), options);
        await bed.check(c.finish({ runs: [{ modulationRow: 1 }] }), 4);
      });
    }
  });
}

function addGatedCase(of: {
  readonly items: number;
  readonly tokens: number;
  readonly columns: number;
  readonly k: number;
  readonly type: WeightType;
}): OpCase {
  const { items, tokens, columns, k, type } = of;
  const c = new CaseBuilder(items * tokens, type);
  const y = c.rows('y', items * tokens, columns);
  // Two evaluations of the items stand in the modulation; the run takes the second.
  const gates = c.rows('modulation', 2 * items, 3 * columns);
  const x = c.rows('x', items * tokens, k);
  c.net.addGated(y, chunk(gates, 2), x, c.linear('l', columns, k), { tokens });
  return c.finish({ runs: [{ modulationRow: items }] });
}
