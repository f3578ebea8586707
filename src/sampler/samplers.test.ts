import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { samplerNamed, samplerNames, samplers, samplersFor } from './samplers';
import { ArrayDenoiser } from './testing/array-denoiser';

describe('the table of samplers', () => {
  it.each(samplers)(
    '$name takes the evaluations that it says',
    ({ evaluations, mostSteps, create }) => {
      for (const steps of [1, 2, 7, mostSteps]) {
        const sampler = create(steps);
        expect(sampler.steps).toBe(steps);
        expect(sampler.networkTimes).toHaveLength(evaluations(steps));
      }
      expect(() => create(mostSteps + 1)).toThrow(DyditError);
    },
  );

  it.each(samplers)('$name goes on from any step as if it had not stopped', async ({ create }) => {
    const size = 3;
    const steps = 5;
    const sampler = create(steps);
    // Depends on the evaluation and on the latent; the second half is for samplers of a variance.
    const predict = (evaluation: number, latent: Float64Array) =>
      Float64Array.from({ length: 2 * size }, (_, i) => Math.sin(latent[i % size] + evaluation));
    const noise = (step: number) => Float64Array.from({ length: size }, (_, i) => step - i);
    const start = Float64Array.of(0.3, -1, 2);
    const between: Float64Array[] = [start.slice()];
    const whole = new ArrayDenoiser({ latent: start, predict, noise });
    await sampler.run({
      predict: (evaluation, slot) => whole.predict(evaluation, slot),
      update: (coefficients) => whole.update(coefficients),
      preview: (coefficients) => whole.preview(coefficients),
      endStep(step) {
        between.push(start.slice());
        return whole.endStep(step);
      },
    });
    for (let from = 0; from <= steps; from++) {
      const latent = between[from].slice();
      const rest = new ArrayDenoiser({ latent, predict, noise: (step) => noise(step + from) });
      await sampler.run(rest, from);
      expect(latent).toEqual(between[steps]);
      expect(rest.ended.map(({ step }) => step)).toEqual(
        Array.from({ length: steps - from }, (_, i) => from + i),
      );
    }
  });

  it('knows what fits a model', () => {
    const fitting = (objective: 'epsilon' | 'flow-v', jumps: boolean) =>
      samplersFor({ objective, jumps });
    expect(fitting('epsilon', false)).toEqual(['ddim', 'ddpm']);
    expect(fitting('flow-v', false)).toEqual(['flow-euler', 'flow-heun']);
    expect(fitting('flow-v', true)).toEqual(['flow-euler', 'flow-heun', 'flow-jumps']);
  });

  it('finds by name, and refuses a name it does not have', () => {
    for (const name of samplerNames) expect(samplerNamed(name).name).toBe(name);
    expect(() => samplerNamed('euler')).toThrow(DyditError);
  });
});
