import { describe, expect, it } from 'vitest';
import { seeds, setUp } from './testing/set-up';

describe('comparing', () => {
  it('warms up, then runs the same seeds static and dynamic', async () => {
    const { state, engines } = setUp({ query: 'seed=7' });
    await state().start();
    await state().compare();
    const requests = engines[0]?.requests ?? [];
    expect(
      requests.map(({ dynamicWidth, dynamicTokens, steps }) => [
        dynamicWidth,
        dynamicTokens,
        steps,
      ]),
    ).toEqual([
      [false, false, 1],
      [true, true, 1],
      [false, false, 25],
      [true, true, 25],
    ]);
    expect(new Set(requests.map(({ seed }) => seed))).toEqual(new Set([7]));
    expect(requests.every(({ preview }) => preview === 'off')).toBe(true);
    const outcome = state().outcomes.at(0);
    expect(outcome).toMatchObject({ kind: 'comparison' });
    expect(outcome?.kind === 'comparison' && outcome.differences).toHaveLength(4);
  });

  it('does not take the warm-up for a run of one step', async () => {
    const { state, engines } = setUp({ query: 'steps=1' });
    await state().start();
    await state().compare();
    const warmUpAndRounds = Array.from({ length: 1 + 5 }, () => [false, true]);
    expect(engines[0].requests.map(({ dynamicWidth }) => dynamicWidth)).toEqual(
      warmUpAndRounds.flat(),
    );
  });

  it('runs what is short several times in turn, and shows the runs of the median time', async () => {
    // Decoding of both warm-ups, then of the static and the dynamic run of each round.
    const decodeMs = [0, 0, ...[30, 900], ...[10, 20], ...[500, 40]];
    const { state, engines } = setUp({ query: 'steps=3', decodeMs });
    await state().start();
    await state().compare();
    const [outcome] = state().outcomes;
    if (outcome.kind !== 'comparison') throw new Error('It is no comparison.');
    expect(engines[0].requests).toHaveLength(2 + 6);
    expect(outcome.rounds).toBe(3);
    expect(outcome.static.statistics.totalMs).toBe(3 * 100 + 30);
    expect(outcome.dynamic.statistics.totalMs).toBe(3 * 65 + 40);
  });

  it('runs once what takes its time', async () => {
    const { state } = setUp({ query: 'steps=12' });
    await state().start();
    await state().compare();
    expect(state().outcomes).toMatchObject([{ rounds: 1 }]);
  });

  it('takes the toggles as they are where one is on, and needs no second warm-up', async () => {
    const { state, engines } = setUp();
    await state().start();
    state().change({ dynamicTokens: false });
    await state().compare();
    await state().compare();
    const full = engines[0]?.requests.filter(({ steps }) => steps === 25) ?? [];
    expect(full.map(({ dynamicWidth, dynamicTokens }) => [dynamicWidth, dynamicTokens])).toEqual([
      [false, false],
      [true, false],
      [false, false],
      [true, false],
    ]);
    expect(engines[0]?.requests).toHaveLength(6);
  });

  it('compares the pictures on show: the seed stays, locked or not', async () => {
    const { state } = setUp();
    await state().start();
    await state().generate();
    await state().compare();
    await state().compare();
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([101, 100, 100, 100]);
  });

  it('can be cancelled in its second leg', async () => {
    const { state, store } = setUp();
    await state().start();
    store.subscribe(({ run }) => {
      if (run?.leg === 'dynamic' && run.step?.step === 1 && !run.cancelling) state().cancel();
    });
    await state().compare();
    expect(state()).toMatchObject({ run: null, outcomes: [], notice: null });
  });
});
