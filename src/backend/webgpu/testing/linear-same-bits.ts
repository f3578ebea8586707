import { describe, test } from 'vitest';
import { halvesToFloats } from '../../../checkpoint/half';
import { widened } from '../../../checkpoint/scaled-bytes';
import { heldValues, type LayerWeights } from '../../../ops/layer';
import { chunk } from '../../../ops/recorder';
import {
  CaseBuilder,
  gatedRun,
  groupsGate,
  headsGate,
  widthWith,
} from '../../testing/case-builder';
import { expectSameBits } from '../../testing/expect-close';
import { weightTypes } from '../../testing/patterns';
import { resultOf, runCase, type OpCase } from '../../testing/run-case';
import { linearVariants } from '../variants/linear';
import type { ForcedBackend } from './forced-backend';

/**
 * Fails where a variant's `y` is not bit for bit that of the first, which reads like the formula, on
 * weights that were widened to f32 by the host. Variants that the adapter can't do are left out: they
 * fail where each is forced through the op suite.
 */
async function expectSameEverywhere(
  { backend, force }: ForcedBackend,
  test: OpCase,
  fused = false,
): Promise<void> {
  const able = linearVariants.filter(
    ({ precision, needs }) =>
      precision === 'exact' &&
      (needs.features ?? []).every((feature) => backend.report.features.includes(feature)),
  );
  const [lane] = backend.lanes;
  force({ linear: linearVariants[0].name, fused });
  const expected = floats(resultOf(await runCase(lane, onFloats(test)), 'y'));
  for (const { name } of able) {
    force({ linear: name, fused });
    const result = await backend.guard(name, () => runCase(lane, test));
    expectSameBits(floats(resultOf(result, 'y')), expected);
  }
}

/** The same case with its weights in f32. */
function onFloats(test: OpCase): OpCase {
  const weights = test.weights.map((layer): LayerWeights => {
    if (!('weight' in layer)) return layer;
    const weight = heldValues(layer.weight);
    if (weight instanceof Float32Array) return layer;
    return { ...layer, weight: 'scales' in weight ? widened(weight) : halvesToFloats(weight) };
  });
  return { ...test, weights };
}

function floats(values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) {
  return new Float32Array(values.buffer, values.byteOffset, values.length);
}

/** Tuning may choose another variant on the next visit, and a picture must not change with it. */
export function describeSameBitsOfLinear(under: ForcedBackend): void {
  const same = (test: OpCase): Promise<void> => expectSameEverywhere(under, test);
  describe('variants of the linear kernel give the same bits', () => {
    for (const type of [...weightTypes, 'int8, a scale a row'] as const) {
      for (const rows of [1, 63, 65]) {
        for (const [k, n] of [
          [4, 68],
          [12, 4],
          [68, 100],
          [260, 260],
        ]) {
          test(`${rows} rows, ${k} to ${n}, ${type}`, async () => {
            const c = new CaseBuilder(rows * 1000 + k, type);
            const x = c.rows('x', rows, k);
            c.expose('y', c.net.linear(x, c.linear('l', n, k)));
            await same(c.finish());
          });
        }
      }

      test(`active groups of both sides, ${type}`, async () => {
        const c = new CaseBuilder(1, type);
        const axis = { groups: 5, group: 18 };
        const x = c.rows('x', 65, axis);
        const layer = c.linear('l', axis, axis);
        c.expose('y', c.net.linear(x, layer, { n: groupsGate, k: headsGate }));
        const width = widthWith(5, { heads: [0, 2, 3], groups: [1, 4] });
        await same(c.finish({ width, runs: gatedRun }));
      });

      test(`the end of a residual branch on packed rows, ${type}`, async () => {
        const c = new CaseBuilder(2, type);
        const kept = Array.from({ length: 66 }, (_, token) => token % 3 !== 1);
        const rows = c.keep(kept);
        const y = c.rows('y', 66, 36);
        const x = c.rows('x', 66, 72);
        const modulation = c.rows('modulation', 2, 72);
        const layer = c.linear('l', 36, 72);
        c.net.addGated(y, chunk(modulation, 1), x, layer, { tokens: 33, rows });
        await same(c.finish());
      });
    }

    // Heads whose scales begin within them, so that a run of k ends at either.
    test('active heads of 12, int8', async () => {
      const c = new CaseBuilder(4, 'int8');
      const axis = { groups: 20, group: 12 };
      const x = c.rows('x', 65, axis);
      c.expose('y', c.net.linear(x, c.linear('l', 36, axis), { k: headsGate }));
      const heads = [0, 1, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 17, 19];
      await same(c.finish({ width: widthWith(20, { heads }), runs: gatedRun }));
    });

    const some = [0, 1, 4, 5, 6, 9];
    for (const kept of [undefined, some]) {
      test(`a norm in front, ${kept ? 'packed' : 'all'} rows`, async () => {
        const c = new CaseBuilder(5);
        const rows = kept && c.keep(Array.from({ length: 10 }, (_, token) => kept.includes(token)));
        const modulation = c.rows('modulation', 2, 152);
        const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
        const normed = c.net.norm(c.rows('x', 10, 76), chunks, { tokens: 5, rows });
        c.expose('y', c.net.linear(normed, c.linear('l', 20, 76), { rows }));
        await expectSameEverywhere(under, c.finish(), true);
      });
    }
  });
}
