import { expect, test } from 'vitest';
import type { Backend } from '../backend/backend';
import { limitedGpu } from '../backend/webgpu/testing/limited-gpu';
import { createWebGpuBackend } from '../backend/webgpu/webgpu-backend';
import { openCheckpoint } from '../checkpoint/open';
import { Dit } from '../network/dit/dit';
import { unmixed } from '../network/dit/label';
import { hintsOfManifest } from '../network/manifest';
import { namesOf, parseManifest } from './manifest';

/**
 * Bytes of the largest buffer: that of fc1's output for two items. Of the embedded model's weights,
 * adaLN (1.5 MB in f32), fc1 and fc2 (1 MB) and qkv (0.75 MB) are larger.
 */
const limit = 512 << 10;

const forced = { linear: 'register', attention: 'direct', fused: false };

/** One evaluation of two items by the embedded weights: what it predicts, and which tokens it kept. */
async function evaluate(backend: Backend): Promise<readonly number[]> {
  const base = '/models/emoji/';
  const manifest = parseManifest(await (await fetch(`${base}manifest.json`)).json());
  const weights = await (await fetch(base + manifest.dit.file)).blob();
  const { tensors } = await openCheckpoint(weights, manifest.dit.file);
  const dit = await Dit.load(backend, tensors, hintsOfManifest(manifest.dit, namesOf(manifest)));
  return backend.guard('testing', async () => {
    const run = await dit.prepare({
      ...{ latentItems: 2, guided: false, dynamicWidth: true, dynamicTokens: true },
      labels: [unmixed({ classId: 3, styleId: 1 }), unmixed({ classId: 70 })],
      networkTimes: [400],
    });
    const { inChannels, inputSize } = dit.config;
    const elements = 2 * inChannels * inputSize ** 2;
    run.home.write(
      run.latent,
      Float32Array.from({ length: elements }, (_, i) => Math.sin(i)),
    );
    await run.latentMoved();
    await run.evaluate(0);
    const prediction = await run.home.readFloats(run.prediction);
    const made = [...prediction, ...(await run.readKept())];
    run.destroy();
    dit.destroy();
    return made;
  });
}

test('the embedded model predicts the same bits where no binding holds its larger weights', async () => {
  const whole = await createWebGpuBackend(navigator.gpu, { forced });
  const sliced = await createWebGpuBackend(limitedGpu(navigator.gpu, limit), { forced });
  const expected = await evaluate(whole);
  const actual = await evaluate(sliced);
  whole.destroy();
  sliced.destroy();
  expect(expected.some((value) => value !== 0)).toBe(true);
  expect(actual).toEqual(expected);
});
