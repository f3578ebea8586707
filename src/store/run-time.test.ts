import { describe, expect, it } from 'vitest';
import type { PicturesOutcome } from './app-state';
import { defaultSettings } from './default-settings';
import { estimateRunMs, guessRunMs } from './run-time';
import { fakeLearnedModel, fakeModel, fakeProcessor } from './testing/fake-engine';
import { setUp } from './testing/set-up';

const settings = defaultSettings(fakeModel, fakeProcessor, 1);

/** A run as the fake engine reports it: 65 ms a dynamic step, 40 ms of decoding. */
async function lastRun(query: string): Promise<PicturesOutcome> {
  const { state } = setUp({ machine: fakeProcessor, query });
  await state().start();
  await state().generate();
  const outcome = state().outcomes.at(0);
  if (outcome?.kind !== 'pictures') throw new Error('no pictures');
  return outcome;
}

describe('how long a run will take', () => {
  it('is guessed from the work and the speed of the machine', () => {
    const plain = { ...settings, images: 1, dynamicWidth: false, dynamicTokens: false };
    const model = { ...fakeModel, cost: { evaluation: 1e9, decode: 4e9 } };
    // 25 steps, two halves of guidance, two flops a multiply-add, six tenths of 20 GFLOP/s
    const machine = { ...fakeProcessor, linearGflops: 20 };
    expect(guessRunMs(machine, model, plain)).toBeCloseTo((2 * (25 * 2 + 4)) / (0.6 * 20) / 1e-3);
    const heun = { ...plain, sampler: 'flow-heun' } as const;
    expect(guessRunMs(machine, model, heun)).toBeCloseTo((2 * (49 * 2 + 4)) / (0.6 * 20) / 1e-3);
    const dynamic = guessRunMs(machine, model, { ...plain, dynamicTokens: true });
    expect(dynamic).toBeLessThan(guessRunMs(machine, model, plain));
  });

  it('follows what the last run took', async () => {
    const last = await lastRun('steps=10&images=2');
    const experience = { machine: last.machine, model: last.model, outcomes: [last] };
    const estimate = (change: object) => estimateRunMs(experience, { ...last.settings, ...change });
    expect(estimate({})).toBeCloseTo(10 * 65 + 40);
    expect(estimate({ steps: 20 })).toBeCloseTo(20 * 65 + 40);
    expect(estimate({ images: 4 })).toBeCloseTo(2 * (10 * 65 + 40));
    expect(estimate({ guidance: 1 })).toBeCloseTo(5 * 65 + 40);
  });

  it('counts a guidance that is an input once, and the budget', () => {
    const plain = { ...settings, images: 1, dynamicWidth: false, dynamicTokens: false };
    const model = { ...fakeLearnedModel, cost: { evaluation: 1e9, decode: 0 } };
    const guess = (change: object) => guessRunMs(fakeProcessor, model, { ...plain, ...change });
    const jumps = { sampler: 'flow-jumps', steps: 4, guidance: 2 };
    expect(guess({}) / guess(jumps)).toBeCloseTo(25 / 4);
    expect(guess({ guidance: 1 })).toBe(guess({ guidance: 4 }));
    const dynamic = { dynamicWidth: true, dynamicTokens: true };
    expect(guess({ ...dynamic, budget: 6 }) / guess(dynamic)).toBeCloseTo(2);
    expect(guess({ budget: 6 })).toBe(guess({}));
  });

  it('adds what the toggles leave out, by the shares of the last run', async () => {
    const last = await lastRun('steps=10');
    const { heads, groups, tokens } = last.result.statistics.shares;
    const share = heads / 3 + (2 / 3) * groups * tokens;
    const whole = { ...last.settings, dynamicWidth: false, dynamicTokens: false };
    const experience = { machine: last.machine, model: last.model, outcomes: [last] };
    expect(estimateRunMs(experience, whole)).toBeCloseTo((10 * 65) / share + 40);
  });

  it('knows nothing of another machine', async () => {
    const last = await lastRun('steps=10');
    const machine = { ...fakeProcessor, linearGflops: 5 };
    const experience = { machine, model: last.model, outcomes: [last] };
    expect(estimateRunMs(experience, last.settings)).toBe(
      guessRunMs(machine, last.model, last.settings),
    );
  });
});
