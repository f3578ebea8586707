import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { samplerNamed, samplerNames, samplers, samplersFor } from './samplers';

describe('the table of samplers', () => {
  it.each(samplers)('$name takes the evaluations that it says', ({ evaluations, create }) => {
    for (const steps of [1, 2, 7, 25]) {
      const sampler = create(steps);
      expect(sampler.steps).toBe(steps);
      expect(sampler.networkTimes).toHaveLength(evaluations(steps));
    }
  });

  it('knows what fits a model', () => {
    expect(samplersFor('epsilon')).toEqual(['ddim', 'ddpm']);
    expect(samplersFor('flow-v')).toEqual(['flow-euler', 'flow-heun']);
  });

  it('finds by name, and refuses a name it does not have', () => {
    for (const name of samplerNames) expect(samplerNamed(name).name).toBe(name);
    expect(() => samplerNamed('euler')).toThrow(DyditError);
  });
});
