import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import fixture from './fixtures/schedule.json';
import { respacedSchedule, spacedTimesteps } from './schedule';

describe('spacedTimesteps', () => {
  it('gives the lists the authors stored with their conformance cases', () => {
    expect(spacedTimesteps(10)).toEqual([0, 111, 222, 333, 444, 555, 666, 777, 888, 999]);
    expect(spacedTimesteps(8)).toEqual([0, 143, 285, 428, 571, 714, 856, 999]);
  });

  it.each(Object.entries(fixture.timesteps))('matches Python for %s steps', (steps, expected) => {
    expect(spacedTimesteps(Number(steps))).toEqual(expected);
  });

  it('matches Python for every number of steps from 1 to 1000', () => {
    const lists = Array.from({ length: 1000 }, (_, i) => spacedTimesteps(i + 1).join(','));
    const hash = createHash('sha256').update(lists.join('\n')).digest('hex');
    expect(hash).toBe(fixture.sha256OfTimesteps.value);
  });

  it.each([0, -1, 2.5, 1001, Number.NaN, Infinity])('refuses %s steps', (steps) => {
    expect(() => spacedTimesteps(steps)).toThrow(DyditError);
  });
});

describe('respacedSchedule', () => {
  it.each(Object.entries(fixture.levels))(
    'matches 40-digit values, %s steps',
    (steps, expected) => {
      const levels = respacedSchedule(Number(steps));
      expect(levels).toHaveLength(expected.length);
      for (const [i, level] of levels.entries()) {
        expect(level.timestep).toBe(expected[i].timestep);
        expect(level.beta / expected[i].beta).toBeCloseTo(1, 11);
        expect(level.alphaBar / expected[i].alphaBar).toBeCloseTo(1, 12);
        expect(level.previousAlphaBar).toBe(i === 0 ? 1 : levels[i - 1].alphaBar);
      }
    },
  );

  it('is the linear schedule itself at 1000 steps', () => {
    const levels = respacedSchedule(1000);
    expect(levels.map(({ timestep }) => timestep)).toEqual([...Array(1000).keys()]);
    expect(levels[0].beta).toBeCloseTo(1e-4, 15);
    expect(levels[999].beta).toBeCloseTo(0.02, 13);
    expect(levels[500].beta).toBeCloseTo(1e-4 + (500 * (0.02 - 1e-4)) / 999, 13);
  });
});
