import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../testing/random';
import { Recorder } from '../../../ops/recorder';
import { denseWords, rowsOf } from '../../../ops/tensor';
import type { TokenRouterLayer } from '../../../ops/layer';
import { wholeAxis } from '../../../ops/axis';
import { createWebGpuBackend } from '../webgpu-backend';

const backend = await createWebGpuBackend(navigator.gpu, { forced: { linear: 'register' } });
const [lane] = backend.lanes;
afterAll(() => backend.destroy());

/** Keeps a token by the sign of its first column. */
const layer: TokenRouterLayer = { kind: 'tokenRouter', name: 'signs', width: 4, hidden: 1 };

/** The row list of the tokens that are kept. */
async function rowsOfKept(kept: readonly boolean[]): Promise<readonly number[]> {
  const net = new Recorder('Test');
  const x = net.external('x', rowsOf(kept.length, wholeAxis(4)));
  const mask = net.external('kept', denseWords(1, kept.length));
  net.selectTokens(x, layer, mask, { keptRow: 0 });
  const recorded = net.finish();
  const program = {
    ...recorded,
    tensors: recorded.tensors.map((t) => ({ ...t, external: t.external ?? 'rows' })),
  };
  const weights = lane.createWeights('Test');
  await weights.upload({
    layer,
    weight1: Float32Array.of(1, 0, 0, 0),
    bias1: Float32Array.of(0),
    weight2: Float32Array.of(1),
    bias2: 0,
  });
  const storage = {
    x: lane.allocate('x', x),
    kept: lane.allocate('kept', mask),
    rows: lane.allocate('rows', denseWords(1, 1 + kept.length)),
  };
  lane.write(storage.x, Float32Array.from(kept.flatMap((keep) => [keep ? 1 : -1, 0, 0, 0])));
  const executable = await lane.compile(program, { weights, storage });
  await executable.run();
  const [count, ...rows] = await lane.readWords(storage.rows);
  for (const made of [executable, weights, ...Object.values(storage)]) made.destroy();
  return rows.slice(0, count);
}

// More tokens than the one workgroup that packs them has threads: each counts a stretch of several.
describe('selectTokens packs many tokens in order', () => {
  for (const tokens of [255, 256, 257, 1500]) {
    for (const share of [0, 0.03, 0.5, 1]) {
      test(`${share} of ${tokens}`, async () => {
        const random = seededRandom(tokens);
        const kept = Array.from({ length: tokens }, () => random() < share);
        const expected = kept.flatMap((keep, token) => (keep ? [token] : []));
        expect(await rowsOfKept(kept)).toEqual(expected);
      });
    }
  }
});
