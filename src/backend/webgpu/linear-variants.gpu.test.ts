import { afterAll, describe, test } from 'vitest';
import { CaseBuilder, gatedRun, groupsGate, headsGate, widthWith } from '../testing/case-builder';
import { halvesToFloats } from '../../checkpoint/half';
import { widened } from '../../checkpoint/scaled-bytes';
import { heldValues, type LayerWeights } from '../../ops/layer';
import { expectSameBits } from '../testing/expect-close';
import { weightTypes } from '../testing/patterns';
import { resultOf, runCase, type OpCase } from '../testing/run-case';
import { chunk } from '../../ops/recorder';
import { linearVariants } from './variants/linear';
import { createWebGpuBackend } from './webgpu-backend';

/** What the next program is compiled with. */
const forced: { linear?: string; fused?: boolean } = {};
const backend = await createWebGpuBackend(navigator.gpu, { forced });
const [lane] = backend.lanes;
afterAll(() => backend.destroy());

/**
 * Exact variants of what this adapter can do. Those that are missing here fail where they can be
 * forced: variants.gpu.test.ts.
 */
const able = linearVariants.filter(
  ({ precision, needs }) =>
    precision === 'exact' &&
    (needs.features ?? []).every((feature) => backend.report.features.includes(feature)),
);

/**
 * Fails where a variant's `y` is not bit for bit that of the first, which reads like the formula, on
 * weights that were widened to f32 by the host.
 */
async function expectSameEverywhere(test: OpCase): Promise<void> {
  Object.assign(forced, { linear: linearVariants[0].name, fused: false });
  const expected = floats(resultOf(await runCase(lane, onFloats(test)), 'y'));
  for (const { name } of able) {
    for (const fused of [false, true]) {
      Object.assign(forced, { linear: name, fused });
      const result = await backend.guard(name, () => runCase(lane, test));
      expectSameBits(floats(resultOf(result, 'y')), expected);
    }
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

// Tuning may choose another variant on the next visit, and a picture must not change with it.
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
          c.expose('y', c.net.linear(x, c.linear('l', n, k), { activation: 'gelu' }));
          await expectSameEverywhere(c.finish());
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
      await expectSameEverywhere(c.finish({ width, runs: gatedRun }));
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
      await expectSameEverywhere(c.finish());
    });
  }

  // Heads whose scales begin within them, so that a run of k ends at either.
  test('active heads of 12, int8', async () => {
    const c = new CaseBuilder(4, 'int8');
    const axis = { groups: 20, group: 12 };
    const x = c.rows('x', 65, axis);
    c.expose('y', c.net.linear(x, c.linear('l', 36, axis), { k: headsGate }));
    const heads = [0, 1, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 17, 19];
    await expectSameEverywhere(c.finish({ width: widthWith(20, { heads }), runs: gatedRun }));
  });
});
