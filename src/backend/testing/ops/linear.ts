import { describe, test } from 'vitest';
import type { Axis } from '../../../ops/axis';
import type { Activation } from '../../../ops/op';
import {
  CaseBuilder,
  gatedRun,
  groupsGate,
  headsGate,
  qkvGate,
  sentinel,
  widthWith,
  type WeightType,
} from '../case-builder';
import type { OpBed } from '../op-bed';
import type { OpCase } from '../run-case';
import { keptPatterns, poisonedRows, weightTypes } from '../patterns';

const axes: readonly (readonly [k: Axis, n: Axis])[] = [
  [
    { groups: 1, group: 36 },
    { groups: 1, group: 20 },
  ],
  [
    { groups: 3, group: 5 },
    { groups: 2, group: 7 },
  ],
  [
    { groups: 1, group: 72 },
    { groups: 4, group: 18 },
  ],
  [
    { groups: 1, group: 4 },
    { groups: 1, group: 1 },
  ],
];

export function describeLinear(bed: OpBed): void {
  describe('linear', () => {
    test.each(axes)('weights that the backend draws itself, %o to %o', async (k, n) => {
      const c = new CaseBuilder(1, 'drawn');
      c.expose('y', c.net.linear(c.rows('x', 5, k), c.linear('l', n, k)));
      await bed.check(c.finish());
    });

    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const x = c.rows('x', 2, 3, [1, 2, 3, 0, -1, 2]);
      const layer = c.linear('l', 2, 3, { weight: [1, 0, -1, 2, 1, 0.5], bias: [0.5, -1] });
      c.expose('y', c.net.linear(x, layer));
      await bed.expectValues(c.finish(), 'y', [-1.5, 4.5, -1.5, -1]);
    });

    const atOne: readonly (readonly [Activation, readonly number[]])[] = [
      ['gelu', [0.841192, -0.158808, 0]],
      ['silu', [0.731059, -0.268941, 0]],
    ];
    for (const [activation, expected] of bed.testsActivations ? atOne : []) {
      test(`${activation} of 1, -1 and 0`, async () => {
        const c = new CaseBuilder(1);
        const x = c.rows('x', 3, 1, [1, -1, 0]);
        const layer = c.linear('l', 1, 1, { weight: [1], bias: [0] });
        c.expose('y', c.net.linear(x, layer, { activation }));
        await bed.expectValues(c.finish(), 'y', expected);
      });

      test(`${activation} of large and small values`, async () => {
        const c = new CaseBuilder(1);
        const values = [-1e6, -1e4, -100, -10, -3, -1e-3, -1e-20, 1e-20, 1e-3, 3, 10, 100, 1e6];
        const x = c.rows('x', values.length, 1, values);
        const layer = c.linear('l', 1, 1, { weight: [1], bias: [0] });
        c.expose('y', c.net.linear(x, layer, { activation }));
        await bed.check(c.finish());
      });
    }

    for (const type of weightTypes) {
      for (const rows of [1, 63, 65]) {
        for (const [k, n] of axes) {
          const shape = `${k.groups}x${k.group} -> ${n.groups}x${n.group}`;
          test(`${rows} rows, ${shape}, ${type}`, async () => {
            await bed.check(ungated(rows, k, n, type), 4);
          });
        }
      }
    }

    test('int8 with groups that begin within a vector of four', async () => {
      const c = new CaseBuilder(1, 'int8');
      const layer = c.linear('l', 20, { groups: 4, group: 18 }, { scaleGroups: 12 });
      c.expose('y', c.net.linear(c.rows('x', 5, layer.k), layer));
      await bed.check(c.finish(), 4);
    });

    test('x dense, y into an external tensor', async () => {
      const c = new CaseBuilder(5);
      const x = c.dense('x', 3, 18);
      const y = c.rows('y', 3, 6);
      c.net.linear(x, c.linear('l', 6, 18), { into: y, activation: bed.activation('silu') });
      await bed.check(c.finish(), 4);
    });

    test('a gate by hand: the active groups of an MLP and no others', async () => {
      const c = new CaseBuilder(1);
      const axis = { groups: 3, group: 1 };
      const x = c.rows('x', 1, 1, [2]);
      const hidden = c.net.linear(
        x,
        c.linear('fc1', axis, 1, { weight: [1, 10, 100], bias: [1, 1, 1] }),
        { n: groupsGate },
      ); // 3, 21, 201
      const out = c.linear('fc2', 2, axis, { weight: [1, 2, 3, 4, 5, 6], bias: [0.5, 0.25] });
      c.expose('y', c.net.linear(hidden, out, { k: groupsGate }));
      const width = widthWith(3, { groups: [0, 2] });
      await bed.expectValues(c.finish({ width, runs: gatedRun }), 'y', [606.5, 1218.25]);
    });

    const active: readonly (readonly number[])[] = [[0], [2], [0, 2], [1, 2, 3], [0, 1, 2, 3]];
    for (const units of active) {
      for (const [size, rows] of [
        [12, 5],
        [18, 65],
        [5, 63],
        [1, 1],
      ]) {
        for (const gate of [headsGate, qkvGate, groupsGate]) {
          const name = `${gate.repeat} x ${gate.unit} ${units.join(' ')} of 4, each of ${size}`;
          test(`${name}, ${rows} rows`, async () => {
            const c = new CaseBuilder(rows, size === 18 ? 'f16' : size === 12 ? 'int8' : 'f32');
            const axis = { groups: 4 * gate.repeat, group: size };
            const hidden = c.net.linear(c.rows('x', rows, 12), c.linear('in', axis, 12), {
              n: gate,
              activation: bed.activation('gelu'),
            });
            c.expose('y', c.net.linear(hidden, c.linear('out', 20, axis), { k: gate }));
            // The other unit is open, so that a table of the wrong one shows.
            const all = [0, 1, 2, 3];
            const width = widthWith(4, { heads: all, groups: all, [gate.unit]: units });
            await bed.check(c.finish({ width, runs: gatedRun }), 50);
          });
        }
      }
    }

    for (const { name, kept } of keptPatterns) {
      test(`packed rows: ${name}; rows past the count stay as they are`, async () => {
        const c = new CaseBuilder(3);
        const rows = c.keep(kept);
        const x = c.rows('x', kept.length, 12, poisonedRows(c.random, kept, 12));
        const activation = bed.activation('gelu');
        c.expose('y', c.net.linear(x, c.linear('l', 7, 12), { rows, activation }));
        await bed.check(c.finish(), 4);
      });
    }

    test('packed rows and gates together', async () => {
      const kept = Array.from({ length: 65 }, (_, token) => token % 3 !== 1);
      const c = new CaseBuilder(4, 'f16');
      const rows = c.keep(kept);
      const axis = { groups: 4, group: 9 };
      const x = c.rows('x', kept.length, 12, poisonedRows(c.random, kept, 12));
      const hidden = c.net.linear(x, c.linear('in', axis, 12), { rows, n: groupsGate });
      c.expose('y', c.net.linear(hidden, c.linear('out', 16, axis), { rows, k: groupsGate }));
      const width = widthWith(4, { groups: [1, 3] });
      await bed.check(c.finish({ width, runs: gatedRun }), 50);
    });

    test('packed rows by hand', async () => {
      const c = new CaseBuilder(1);
      const rows = c.keep([false, true, false, true]);
      // Packed: the rows of tokens 1 and 3, then what nothing should read.
      const x = c.rows('x', 4, 1, [1, 2, NaN, NaN]);
      const layer = c.linear('l', 1, 1, { weight: [10], bias: [1] });
      c.expose('y', c.net.linear(x, layer, { rows }));
      await bed.expectValues(c.finish(), 'y', [11, 21, sentinel, sentinel]);
    });
  });
}

function ungated(rows: number, k: Axis, n: Axis, type: WeightType): OpCase {
  const c = new CaseBuilder(rows, type);
  c.expose('y', c.net.linear(c.rows('x', rows, k), c.linear('l', n, k)));
  return c.finish();
}
