import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import type { Sampler } from './denoiser';
import { flowEulerSampler, flowHeunSampler, flowJumpsSampler } from './flow';
import { ArrayDenoiser } from './testing/array-denoiser';

/*
 * Oracle: data N(m, s^2), one dimension. x_t = t*clean + (1-t)*noise is then N(t m, g(t)^2) with
 * g(t)^2 = t^2 s^2 + (1-t)^2, the exact velocity is E[clean - noise | x_t = x], and the flow
 * carries x to m + s*x at t = 1 (a monotone map between two normals).
 */
const MEAN = 0.7;
const DEVIATION = 0.4;

function velocity(x: number, t: number): number {
  const variance = (t * DEVIATION) ** 2 + (1 - t) ** 2;
  return MEAN + ((t * DEVIATION ** 2 - (1 - t)) / variance) * (x - t * MEAN);
}

async function run(
  sampler: Sampler,
  start: number,
): Promise<{ x: number; denoiser: ArrayDenoiser }> {
  const latent = Float64Array.of(start);
  const denoiser = new ArrayDenoiser({
    latent,
    predict: (evaluation, [x]) =>
      Float64Array.of(velocity(x, sampler.networkTimes[evaluation] / 1000)),
  });
  await sampler.run(denoiser);
  return { x: latent[0], denoiser };
}

async function errorOf(sampler: Sampler): Promise<number> {
  const start = 1.3;
  return Math.abs((await run(sampler, start)).x - (MEAN + DEVIATION * start));
}

describe('flowEulerSampler', () => {
  it('asks for uniform times from 0, times 1000', () => {
    expect(flowEulerSampler(4).networkTimes).toEqual([0, 250, 500, 750]);
    expect(flowEulerSampler(1).networkTimes).toEqual([0]);
  });

  it('is a plain Euler loop', async () => {
    let x = -0.8;
    for (let i = 0; i < 25; i++) x += velocity(x, i / 25) / 25;
    expect((await run(flowEulerSampler(25), -0.8)).x).toBeCloseTo(x, 14);
  });

  it('converges at order 1 to the exact flow', async () => {
    const coarse = await errorOf(flowEulerSampler(100));
    const fine = await errorOf(flowEulerSampler(200));
    expect(Math.log2(coarse / fine)).toBeGreaterThan(0.9);
    expect(Math.log2(coarse / fine)).toBeLessThan(1.1);
  });
});

describe('flowHeunSampler', () => {
  it('asks for both ends of each step but never for t = 1', () => {
    expect(flowHeunSampler(4).networkTimes).toEqual([0, 250, 250, 500, 500, 750, 750]);
    expect(flowHeunSampler(1).networkTimes).toEqual([0]);
  });

  it('is a plain Heun loop with an Euler step at its end', async () => {
    let x = -0.8;
    for (let i = 0; i < 24; i++) {
      const before = velocity(x, i / 25);
      const after = velocity(x + before / 25, (i + 1) / 25);
      x += (before + after) / 50;
    }
    x += velocity(x, 24 / 25) / 25;
    const { x: actual, denoiser } = await run(flowHeunSampler(25), -0.8);
    expect(actual).toBeCloseTo(x, 14);
    expect(denoiser.evaluations).toEqual([...Array(49).keys()]);
    expect(denoiser.ended).toHaveLength(25);
  });

  it('converges at order 2 to the exact flow', async () => {
    const coarse = await errorOf(flowHeunSampler(100));
    const fine = await errorOf(flowHeunSampler(200));
    expect(Math.log2(coarse / fine)).toBeGreaterThan(1.9);
    expect(Math.log2(coarse / fine)).toBeLessThan(2.1);
  });
});

describe('both', () => {
  it.each([flowEulerSampler, flowHeunSampler])(
    'preview the end of a straight path',
    async (make) => {
      // A constant velocity is a straight path: every guess is then exact.
      const latent = Float64Array.of(-2);
      const denoiser = new ArrayDenoiser({ latent, predict: () => Float64Array.of(5) });
      await make(8).run(denoiser);
      expect(latent[0]).toBeCloseTo(3, 14);
      expect(denoiser.previews).toHaveLength(8);
      for (const preview of denoiser.previews) expect(preview[0]).toBeCloseTo(3, 14);
    },
  );

  it.each([0, 1.5, 1001, Number.NaN])('refuse %s steps', (steps) => {
    expect(() => flowEulerSampler(steps)).toThrow(DyditError);
    expect(() => flowHeunSampler(steps)).toThrow(DyditError);
  });
});

describe('flowJumpsSampler', () => {
  it('tells where each step begins and ends, times 1000', () => {
    const { networkTimes, networkEnds } = flowJumpsSampler(4);
    expect(networkTimes).toEqual([0, 250, 500, 750]);
    expect(networkEnds).toEqual([250, 500, 750, 1000]);
    expect(flowEulerSampler(4).networkEnds).toBeUndefined();
  });

  it.each([1, 2, 4, 16])(
    'in %i jumps by the mean velocity reaches the end of the way',
    async (steps) => {
      const sampler = flowJumpsSampler(steps);
      // The exact flow of the oracle above carries a deviate u of N(0, 1) along t m + g(t) u.
      const deviate = 1.3;
      const place = (t: number) => t * MEAN + Math.hypot(t * DEVIATION, 1 - t) * deviate;
      const latent = Float64Array.of(place(0));
      const denoiser = new ArrayDenoiser({
        latent,
        predict: (evaluation, [x]) => {
          const t = sampler.networkTimes[evaluation] / 1000;
          const r = (sampler.networkEnds?.[evaluation] ?? 0) / 1000;
          expect(x).toBeCloseTo(place(t), 12);
          return Float64Array.of((place(r) - place(t)) / (r - t));
        },
      });
      await sampler.run(denoiser);
      expect(latent[0]).toBeCloseTo(MEAN + DEVIATION * deviate, 12);
      expect(denoiser.evaluations).toEqual([...sampler.networkTimes.keys()]);
    },
  );

  it('by a constant velocity previews the end at every step', async () => {
    const sampler = flowJumpsSampler(3);
    const latent = Float64Array.of(-1);
    const denoiser = new ArrayDenoiser({ latent, predict: () => Float64Array.of(2.5) });
    await sampler.run(denoiser);
    for (const [clean] of denoiser.previews) expect(clean).toBeCloseTo(1.5, 14);
    expect(latent[0]).toBeCloseTo(1.5, 14);
  });

  it('takes 1 to 16 steps', () => {
    for (const steps of [0, 17, 2.5]) expect(() => flowJumpsSampler(steps)).toThrow(DyditError);
  });
});
