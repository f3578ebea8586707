import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { unmixed } from '../network/dit/label';
import { samplerNamed, type SamplerName } from '../sampler/samplers';
import type { Denoiser } from '../sampler/denoiser';
import { DeviceDenoiser, type DeviceDenoiserOptions } from './denoiser';
import type { NetworkRun } from './network-run';
import { MockNetwork, mockConfig, type MockNetworkOptions } from './testing/mock-network';
import { watchedBackend, type LaneWatch } from './testing/watched-backend';

const size = mockConfig.inChannels * mockConfig.inputSize ** 2;

interface Scene extends Partial<DeviceDenoiserOptions>, LaneWatch {
  readonly sampler?: SamplerName;
  readonly steps: number;
  readonly images?: number;
  readonly network: MockNetworkOptions;
}

/** A denoiser on a network of known outcome, its latent 0, 1, 2, ... */
async function prepare({ sampler = 'flow-euler', steps, images = 1, network, ...rest }: Scene) {
  const { backend, liveCount } = watchedBackend(rest);
  const bound = samplerNamed(sampler).create(steps);
  const guided = rest.guidance !== undefined;
  const run: NetworkRun = await new MockNetwork(backend, network).prepare({
    latentItems: images,
    labels: Array.from({ length: images }, () => unmixed({ classId: 0 })),
    guided,
    networkTimes: bound.networkTimes,
    dynamicWidth: true,
    dynamicTokens: true,
  });
  run.home.write(
    run.latent,
    Float32Array.from({ length: images * size }, (_, i) => i),
  );
  const denoiser = await DeviceDenoiser.create({
    run,
    guidance: 1,
    guidedChannels: mockConfig.inChannels,
    noise: () => new Float32Array(images * size),
    ...rest,
  });
  return { run, denoiser, sample: (into: Denoiser) => bound.run(into), liveCount };
}

const constant = (value: number) => () => Array.from({ length: size }, () => value);

describe('sampling', () => {
  it.each(['flow-euler', 'flow-heun'] as const)(
    '%s goes all the way along a constant velocity',
    async (sampler) => {
      const { run, denoiser, sample } = await prepare({
        sampler,
        steps: 4,
        images: 2,
        network: { predict: ({ item }) => constant(item + 1)() },
      });
      await sample(denoiser);
      const latent = await run.home.readFloats(run.latent);
      // z + v, with v 1 for the first image and 2 for the second.
      const expected = Array.from({ length: 2 * size }, (_, i) => i + (i < size ? 1 : 2));
      for (const [i, value] of latent.entries()) expect(value).toBeCloseTo(expected[i], 5);
      await denoiser.destroy();
    },
  );

  it('guides the channels below the limit, and leaves the others to their half', async () => {
    const { run, denoiser } = await prepare({
      steps: 1,
      guidance: 3,
      guidedChannels: 2,
      network: { predict: ({ item }) => constant(item === 0 ? 5 : 2)() },
    });
    await denoiser.predict(0, 0);
    const pixels = mockConfig.inputSize ** 2;
    // u + 3 (c - u) = 2 + 9 in both halves.
    const guided = Array.from({ length: 2 * pixels }, () => 11);
    const conditional = Array.from({ length: pixels }, () => 5);
    const unconditional = Array.from({ length: pixels }, () => 2);
    expect([...(await run.home.readFloats(denoiser.prediction(0)))]).toEqual([
      ...[...guided, ...conditional],
      ...[...guided, ...unconditional],
    ]);
    await denoiser.destroy();
  });

  it('asks the device for one thing after another, in the sampler’s order', async () => {
    const calls: string[] = [];
    const { denoiser, sample } = await prepare({
      sampler: 'flow-heun',
      steps: 2,
      network: { predict: constant(1), onEvaluate: (i) => calls.push(`evaluate ${i}`) },
      onRun: (label) => calls.push(label),
      wantsPreview: (step) => step === 0,
      onPreview: () => calls.push('preview'),
    });
    await sample(denoiser);
    expect(calls).toEqual([
      ...['evaluate 0', 'Sampler.guidance', 'Sampler.update'],
      ...['evaluate 1', 'Sampler.guidance', 'Sampler.estimate', 'preview', 'Sampler.update'],
      ...['evaluate 2', 'Sampler.guidance', 'Sampler.update'],
    ]);
    await denoiser.destroy();
  });

  it('reports each step with the token gates of its evaluations', async () => {
    const gates = (evaluation: number) =>
      Uint32Array.from({ length: 8 }, (_, i) => (evaluation >> (i % 3)) & 1);
    const steps: unknown[] = [];
    const { denoiser, sample } = await prepare({
      sampler: 'flow-heun',
      steps: 2,
      network: { predict: constant(1), kept: gates },
      onStep: ({ step }, kept) => steps.push({ step, kept: kept.map((mask) => [...mask]) }),
    });
    await sample(denoiser);
    expect(steps).toEqual([
      { step: 0, kept: [[...gates(0)], [...gates(1)]] },
      { step: 1, kept: [[...gates(2)]] },
    ]);
    await denoiser.destroy();
  });

  it('starts a step while the one before is still being read, but no further ahead', async () => {
    const evaluated: number[] = [];
    const held: (() => void)[] = [];
    const { denoiser, sample } = await prepare({
      steps: 4,
      network: { predict: constant(1), onEvaluate: (i) => evaluated.push(i) },
      holdWords: () => new Promise((resolve) => held.push(resolve)),
    });
    const sampling = sample(denoiser);
    for (let released = 0; released < 4; released++) {
      const expected = Math.min(4, released + 2);
      await expect.poll(() => held.length).toBeGreaterThan(released);
      await expect.poll(() => evaluated.length).toBeGreaterThanOrEqual(expected);
      await everythingDue();
      expect(evaluated).toHaveLength(expected);
      held[released]();
    }
    await sampling;
    await denoiser.destroy();
  });
});

describe('failures', () => {
  it('name the step at which the picture was no number any more', async () => {
    const { denoiser, sample } = await prepare({
      steps: 5,
      network: { predict: ({ evaluation }) => constant(evaluation === 2 ? Number.NaN : 1)() },
    });
    const error = await sample(denoiser).catch((thrown: unknown) => DyditError.from(thrown));
    expect(error).toMatchObject({ code: 'not-finite' });
    expect(error?.message).toContain('step 3 of 5');
    await denoiser.destroy();
  });

  it('end a run that is cancelled, and free all memory', async () => {
    const abort = new AbortController();
    const evaluated: number[] = [];
    const { run, denoiser, sample, liveCount } = await prepare({
      steps: 50,
      signal: abort.signal,
      network: { predict: constant(1), onEvaluate: (i) => evaluated.push(i) },
      onStep: ({ step }) => {
        if (step === 2) abort.abort();
      },
    });
    await expect(sample(denoiser)).rejects.toMatchObject({ code: 'cancelled' });
    expect(evaluated.length).toBeLessThan(6);
    await denoiser.destroy();
    run.destroy();
    expect(liveCount()).toBe(0);
  });
});

/** Resolves after all that is due already. */
async function everythingDue(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
}
