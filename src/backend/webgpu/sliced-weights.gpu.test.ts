import { afterAll, describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import type { Backend } from '../backend';
import { chunk } from '../../ops/recorder';
import { CaseBuilder, gatedRun, groupsGate, headsGate, widthWith } from '../testing/case-builder';
import { expectSameBits } from '../testing/expect-close';
import { weightTypes } from '../testing/patterns';
import { resultOf, runCase, type OpCase } from '../testing/run-case';
import { limitedGpu } from './testing/limited-gpu';
import { createWebGpuBackend } from './webgpu-backend';

/** Kernels differ in how they find their columns; all give the same bits (variants.gpu.test.ts). */
const kernels = [
  { linear: 'naive', fused: false },
  { linear: 'register', fused: false },
  { linear: 'few', fused: true },
  { linear: 'tiled32x2', fused: true },
];

/** Most bytes of a buffer: more than any tensor of these programs, less than any weight. */
const limit = 12 << 10;

/** What the next program is compiled with. */
const forced: { linear?: string; fused?: boolean } = {};

const whole = await createWebGpuBackend(navigator.gpu, { forced });
const sliced = await createWebGpuBackend(limitedGpu(navigator.gpu, limit), { forced });
afterAll(() => {
  whole.destroy();
  sliced.destroy();
});

/** `y` of every variant with the weights in slices, bit for bit that of the first with them whole. */
async function expectSameBitsSliced(test: OpCase): Promise<void> {
  const outputOf = async (backend: Backend): Promise<Float32Array> => {
    const result = await backend.guard(forced.linear ?? '', () => runCase(backend.lanes[0], test));
    return new Float32Array(resultOf(result, 'y').buffer);
  };
  for (const fused of [false, true]) {
    Object.assign(forced, { linear: kernels[0].linear, fused });
    const expected = await outputOf(whole);
    expect(expected.every(Number.isFinite)).toBe(true);
    for (const kernel of kernels.filter((each) => each.fused === fused)) {
      Object.assign(forced, kernel);
      expectSameBits(await outputOf(sliced), expected);
    }
  }
}

describe('a weight that no binding holds is cut into slices, and no bit of the result changes', () => {
  for (const type of weightTypes) {
    test(`columns without a gate, ${type}`, async () => {
      const c = new CaseBuilder(1, type);
      const x = c.rows('x', 9, 140);
      // 140 x 150: 42 KB in halves, 21 KB in int8.
      c.expose('y', c.net.linear(x, c.linear('l', 150, 140)));
      await expectSameBitsSliced(c.finish());
    });

    test(`groups without a gate, ${type}`, async () => {
      const c = new CaseBuilder(2, type);
      const x = c.rows('x', 9, 140);
      const layer = c.linear('l', { groups: 9, group: 18 }, 140);
      c.expose('y', c.net.linear(x, layer));
      await expectSameBitsSliced(c.finish());
    });

    // Slices of two groups or of one; some have no active group at all.
    for (const groups of [[0, 2, 3, 10, 11], [5]]) {
      test(`active groups ${groups.join(', ')}, ${type}`, async () => {
        const c = new CaseBuilder(3, type);
        const heads = { groups: 12, group: 10 };
        const x = c.rows('x', 9, heads);
        const layer = c.linear('l', { groups: 12, group: 18 }, heads);
        c.expose('y', c.net.linear(x, layer, { n: groupsGate, k: headsGate }));
        const width = widthWith(12, { heads: [0, 2, 3, 7], groups });
        await expectSameBitsSliced(c.finish({ width, runs: gatedRun }));
      });
    }

    test(`a gate on one group as wide as the axis, ${type}`, async () => {
      const c = new CaseBuilder(4, type);
      const x = c.rows('x', 9, 140);
      c.expose('y', c.net.linear(x, c.linear('l', 150, 140), { n: groupsGate }));
      const width = widthWith(1, { groups: [0] });
      await expectSameBitsSliced(c.finish({ width, runs: gatedRun }));
    });

    test(`the end of a residual branch on packed rows, ${type}`, async () => {
      const c = new CaseBuilder(5, type);
      const kept = Array.from({ length: 12 }, (_, token) => token % 3 !== 1);
      const rows = c.keep(kept);
      const y = c.rows('y', 12, 150);
      const x = c.rows('x', 12, 140);
      const modulation = c.rows('modulation', 2, 304);
      const layer = c.linear('l', 150, 140);
      c.net.addGated(y, { ...chunk(modulation, 0) }, x, layer, { tokens: 6, rows });
      await expectSameBitsSliced(c.finish());
    });

    test(`behind a norm, in front of patches, ${type}`, async () => {
      const c = new CaseBuilder(6, type);
      const x = c.rows('x', 4, 140);
      const modulation = c.rows('modulation', 1, 280);
      const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
      const normed = c.net.norm(x, chunks, { tokens: 4 });
      // Patches of 6 x 6 with 3 channels: 108 columns.
      const patches = c.net.linear(normed, c.linear('l', 108, 140));
      const y = c.denseOutput('y', 3, 144);
      c.net.unpatchify(patches, y, { items: 1, channels: 3, side: 12, patch: 6 });
      await expectSameBitsSliced(c.finish());
    });
  }
});

test('a tensor that no binding holds is refused before anything runs', async () => {
  const c = new CaseBuilder(8);
  const x = c.rows('x', 40, 100);
  c.expose('y', c.net.linear(x, c.linear('l', wholeAxis(20), 100)));
  Object.assign(forced, { linear: 'register', fused: false });
  const failure = await sliced
    .guard('a test', () => runCase(sliced.lanes[0], c.finish()))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'limit-too-small' });
});
