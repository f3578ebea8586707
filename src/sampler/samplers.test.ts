import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { samplerNamed, samplerNames, samplers, samplersFor } from './samplers';

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
