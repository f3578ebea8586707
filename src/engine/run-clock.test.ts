import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StepEvent } from './api';
import { RunClock } from './run-clock';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the time of each step and what is left of the run', () => {
  const events: StepEvent[] = [];
  const clock = new RunClock({ steps: 4, images: 2 }, { costMs: 30 }, (event) =>
    events.push(event),
  );
  vi.advanceTimersByTime(7);
  clock.samplingStarts();
  for (const [i, ms] of [10, 50, 12, 11].entries()) {
    vi.advanceTimersByTime(ms);
    clock.stepped(i + 1);
  }
  for (const done of [1, 2]) {
    vi.advanceTimersByTime(20);
    clock.decoded(done);
  }
  // The median of the steps so far, for those to come, and 30 ms for each picture to decode.
  expect(events).toEqual([
    { step: 1, steps: 4, elapsedMs: 17, remainingMs: 10 * 3 + 60, stage: 'sampling' },
    { step: 2, steps: 4, elapsedMs: 67, remainingMs: 50 * 2 + 60, stage: 'sampling' },
    { step: 3, steps: 4, elapsedMs: 79, remainingMs: 12 + 60, stage: 'sampling' },
    { step: 4, steps: 4, elapsedMs: 90, remainingMs: 60, stage: 'sampling' },
    { step: 4, steps: 4, elapsedMs: 110, remainingMs: 30, stage: 'decoding' },
    { step: 4, steps: 4, elapsedMs: 130, remainingMs: 0, stage: 'decoding' },
  ]);
  expect(clock.times()).toEqual({
    totalMs: 130,
    samplingMs: 83,
    decodeMs: 40,
    stepMs: [10, 50, 12, 11],
  });
});
