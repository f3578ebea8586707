import { describe, expect, it } from 'vitest';
import type { UpdateCoefficients } from '../ops/run-values';
import { ddimSampler } from './ddim';
import { ddpmSampler } from './ddpm';
import type { Sampler } from './denoiser';
import fixture from './fixtures/schedule.json';
import { respacedSchedule } from './schedule';
import { ArrayDenoiser } from './testing/array-denoiser';

/** The updates a sampler asks for, in order. */
async function updatesOf(sampler: Sampler): Promise<UpdateCoefficients[]> {
  const updates: UpdateCoefficients[] = [];
  await sampler.run({
    predict: () => Promise.resolve(),
    preview: () => Promise.resolve(),
    update: (update) => {
      updates.push(update);
      return Promise.resolve();
    },
    endStep: () => Promise.resolve(),
  });
  return updates;
}

function expectRatioOne(actual: number, expected: number): void {
  expect(actual / expected).toBeCloseTo(1, 9);
}

describe.each(Object.entries(fixture.levels))(
  '%s steps against 40-digit formulas',
  (key, levels) => {
    const steps = Number(key);
    const descending = levels.toReversed();

    it('DDPM', async () => {
      const sampler = ddpmSampler(steps);
      expect(sampler.networkTimes).toEqual(descending.map(({ timestep }) => timestep));
      for (const [i, { latent, weight0, weight1, noise }] of (await updatesOf(sampler)).entries()) {
        const expected = descending[i];
        expectRatioOne(latent, expected.ddpmLatent);
        expectRatioOne(weight0, expected.ddpmPrediction);
        expect(weight1).toBe(0);
        if (i === steps - 1) {
          expect(noise).toBeUndefined();
        } else {
          expect(noise?.minLog).toBeCloseTo(expected.minLog ?? Number.NaN, 9);
          expect(noise?.maxLog).toBeCloseTo(expected.maxLog, 9);
        }
      }
    });

    it('DDIM', async () => {
      const sampler = ddimSampler(steps);
      expect(sampler.networkTimes).toEqual(descending.map(({ timestep }) => timestep));
      for (const [i, { latent, weight0, weight1, noise }] of (await updatesOf(sampler)).entries()) {
        expectRatioOne(latent, descending[i].ddimLatent);
        expectRatioOne(weight0, descending[i].ddimPrediction);
        expect(weight1).toBe(0);
        expect(noise).toBeUndefined();
      }
    });
  },
);

describe('identities', () => {
  it('a network that knows the noise brings DDIM back to the clean latent, and every preview shows it', async () => {
    const clean = Float64Array.of(-1.5, 0, 0.25, 3);
    const noise = Float64Array.of(0.5, -1, 2, 0.125);
    const levels = respacedSchedule(20).toReversed();
    const { alphaBar } = levels[0];
    const latent = clean.map(
      (x, i) => Math.sqrt(alphaBar) * x + Math.sqrt(1 - alphaBar) * noise[i],
    );
    const denoiser = new ArrayDenoiser({ latent, predict: () => noise });
    await ddimSampler(20).run(denoiser);
    for (const result of [latent, ...denoiser.previews]) {
      for (const [i, value] of result.entries()) expect(value).toBeCloseTo(clean[i], 9);
    }
    expect(denoiser.evaluations).toEqual([...Array(20).keys()]);
    expect(denoiser.ended.map(({ step }) => step)).toEqual([...Array(20).keys()]);
  });

  it('DDPM with variance beta keeps N(0, 1) where the network is exact for it', async () => {
    // Data N(0, 1) noised stays N(0, 1), E[noise | x] = sqrt(1 - alphaBar) x, and the true reverse
    // step is normal with variance beta, so that only the last step, without noise, loses its beta.
    const levels = respacedSchedule(1000).toReversed();
    let variance = 1;
    for (const [i, update] of (await updatesOf(ddpmSampler(1000))).entries()) {
      const factor = update.latent + update.weight0 * Math.sqrt(1 - levels[i].alphaBar);
      variance = factor ** 2 * variance + (update.noise ? Math.exp(update.noise.maxLog) : 0);
    }
    expect(variance).toBeCloseTo(1 - 1e-4, 11);
  });
});

describe('learned variance', () => {
  it('interpolates the logarithms by the variance channels', async () => {
    const noise = Float64Array.of(1, 1, 1);
    // Prediction 0, so that the noise term stands alone; v = -1, 0, 1.
    const predict = () => Float64Array.of(0, 0, 0, -1, 0, 1);
    const latent = new Float64Array(3);
    const denoiser = new ArrayDenoiser({
      latent,
      predict,
      noise: (step) => (step === 8 ? noise : [0, 0, 0]),
    });
    await ddpmSampler(10).run(denoiser);
    const { minLog, maxLog } = fixture.levels['10'][1];
    const last = fixture.levels['10'][0].ddpmLatent;
    const logs = [minLog ?? Number.NaN, ((minLog ?? Number.NaN) + maxLog) / 2, maxLog];
    for (const [i, log] of logs.entries()) {
      expect(latent[i] / (last * Math.exp(0.5 * log))).toBeCloseTo(1, 9);
    }
  });
});
