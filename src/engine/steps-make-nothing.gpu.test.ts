import { expect, test } from 'vitest';
import { CountedGpu } from '../backend/webgpu/testing/counted-gpu';
import { createWebGpuBackend } from '../backend/webgpu/webgpu-backend';
import type { DitConfig } from '../network/config';
import { Dit } from '../network/dit/dit';
import { unmixed } from '../network/dit/label';
import { randomLatent, randomModel } from '../network/oracle/random-model';
import { samplerNamed } from '../sampler/samplers';
import { DeviceDenoiser } from './denoiser';

const config: DitConfig = {
  ...{ inputSize: 4, patchSize: 2, inChannels: 4, hiddenSize: 24, depth: 2, numHeads: 3 },
  ...{ mlpRatio: 4, learnSigma: true, numClasses: 5, numStyles: 0, objective: 'epsilon' },
  dynamic: true,
};

/** More than have their modulation made at once. */
const steps = 36;

test('steps make no bind groups or pipelines, and no buffers but the few that results are read into', async () => {
  const counted = new CountedGpu(navigator.gpu);
  const backend = await createWebGpuBackend(counted.gpu, { forced: {} });
  const { checkpoint } = randomModel(config, { seed: 3 });
  const dit = await Dit.load(backend, checkpoint, { numHeads: config.numHeads });
  const sampler = samplerNamed('ddpm').create(steps);
  const run = await dit.prepare({
    ...{ latentItems: 1, labels: [unmixed({ classId: 1 })], guided: true },
    ...{ networkTimes: sampler.networkTimes, dynamicWidth: true, dynamicTokens: true },
    timed: true,
  });
  run.home.write(run.latent, randomLatent(config, 1));
  const denoiser = await DeviceDenoiser.create({
    ...{ run, guidance: 2, guidedChannels: 3 },
    noise: (step) => randomLatent(config, step),
    ...{ wantsPreview: () => true, onPreview: () => undefined },
    ...{ wantsLatent: () => true, onLatent: () => undefined },
  });
  const before = counted.counts;
  await sampler.run(denoiser);
  const { createBuffer, ...rest } = counted.counts;
  const { createBuffer: buffersBefore, ...restBefore } = before;
  expect(rest).toEqual(restBefore);
  // Token gates, the flag and the latent of a step are read while those of the steps around it are, each
  // into a buffer that is used again: a few at first, and not one for every step.
  expect(createBuffer - buffersBefore).toBeLessThan(steps / 3);
  await denoiser.destroy();
  run.destroy();
  dit.destroy();
  backend.destroy();
});
