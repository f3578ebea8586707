import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DyditError } from '../errors';
import { fakeLearnedModel, fakeMachine, fakeProcessor } from './testing/fake-engine';
import { gate, seeds, setUp, type SetUpOptions } from './testing/set-up';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Settings that the fake engine takes under a second for, on a page that has drawn nothing yet. */
const quick = 'seed=7&steps=5&images=1&draw=off';

/** How often the fake engine waits while it loads. */
const loadWaits = 4;

const live = { backend: 'auto', live: true } as const;

async function start(options: SetUpOptions = {}) {
  const world = setUp({ preferences: live, query: quick, ...options });
  await world.state().start();
  /** Lets the page do what it does within that time. */
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { ...world, pass };
}

describe('Live', () => {
  it('redraws when a setting changes, with the seed as it was', async () => {
    const { state, pass, engines } = await start();
    state().change({ classId: 1 });
    await pass(200);
    state().change({ guidance: 4 });
    await pass(200);
    expect(engines[0]?.requests.map(({ labels, seed }) => [labels[0].classId, seed])).toEqual([
      [1, 7],
      [1, 7],
    ]);
    expect(state()).toMatchObject({ run: null, shownId: state().outcomes[0]?.id });
    await state().generate();
    expect(seeds(state().outcomes), 'the seed has been seen').toEqual([101, 7]);
  });

  it('says once that its pictures find no room in the browser’s store', async () => {
    const { state, pass } = await start({ isFull: () => true });
    state().change({ classId: 1 });
    await pass(200);
    expect(state().notice).toMatchObject({ error: { code: 'storage-full' } });
    state().dismissNotice();
    state().change({ classId: 2 });
    await pass(200);
    expect(state().outcomes).toMatchObject([{ settings: { classId: 2 } }]);
    expect(state().notice).toBeNull();
  });

  it('draws once for changes close together', async () => {
    const machine = { ...fakeProcessor, linearGflops: 50 };
    const { state, pass, engines } = await start({ machine });
    for (const guidance of [2, 2.5, 3, 3.5, 4]) {
      state().change({ guidance });
      await pass(50);
    }
    await pass(200);
    expect(engines[0]?.requests.map(({ guidance }) => guidance)).toEqual([4]);
  });

  it('draws while a slider is still dragged where that takes no time, and ends what it began', async () => {
    const query = 'seed=7&steps=1&images=1&draw=off';
    const { state, pass, engines } = await start({ query });
    await state().generate();
    for (const guidance of [2, 2.5, 3, 3.5, 4]) {
      state().change({ guidance });
      await pass(50);
    }
    await pass(200);
    expect(engines[0]?.requests.slice(1).map(({ guidance }) => guidance)).toEqual([3, 4]);
  });

  it('sees a redraw to its end that is over in a moment, then draws the latest settings', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state, store, pass, engines } = await start({
      query: 'seed=7&steps=1&images=1&draw=off',
      wait: () => waits.at(0) ?? Promise.resolve(),
    });
    await state().generate();
    waits.push(hold.opened);
    state().change({ guidance: 3 });
    await pass(200);
    state().change({ guidance: 4 });
    await pass(200);
    const shown: (number | null)[] = [];
    store.subscribe(({ shownId }) => shown.push(shownId));
    hold.open();
    await pass(0);
    expect(engines[0]?.requests.slice(1).map(({ guidance }) => guidance)).toEqual([3, 4]);
    expect(state().outcomes[0]?.settings.guidance).toBe(4);
    expect(new Set(shown).size, 'what was shown before, then both').toBe(3);
  });

  it('gives up a redraw under way for the latest settings', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state, pass, engines } = await start({ wait: () => waits.at(0) ?? Promise.resolve() });
    waits.push(hold.opened);
    state().change({ guidance: 3 });
    await pass(200);
    expect(state().run).toMatchObject({ cause: 'live' });
    state().change({ guidance: 4 });
    await pass(200);
    hold.open();
    await pass(0);
    expect(engines[0]?.requests.map(({ guidance }) => guidance)).toEqual([3, 4]);
    expect(state().outcomes.map(({ settings }) => settings.guidance)).toEqual([4]);
    expect(state().notice).toBeNull();
  });

  it('keeps one picture and one address for each state that was left to stand', async () => {
    const { state, pass, addressBar, engines } = await start();
    for (const guidance of [2, 3, 4]) {
      state().change({ guidance });
      await pass(300);
    }
    expect(state().outcomes).toHaveLength(1);
    expect(addressBar.entries).toHaveLength(1);
    await pass(3000);
    for (const classId of [1, 2]) {
      state().change({ classId });
      await pass(300);
    }
    expect(state().outcomes.map(({ settings }) => settings.classId)).toEqual([2, 0]);
    expect(addressBar.entries).toHaveLength(2);
    addressBar.go(-1);
    expect(state().settings).toMatchObject({ classId: 0, guidance: 4 });
    expect(state().shownId).toBe(state().outcomes[1]?.id);
    const drawn = engines.flatMap(({ requests }) => requests).length;
    await pass(300);
    expect(
      engines.flatMap(({ requests }) => requests),
      'its picture is there already',
    ).toHaveLength(drawn);
  });

  it('lets Generate pass at once, with the seed on show', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state, pass } = await start({ wait: () => waits.at(0) ?? Promise.resolve() });
    waits.push(hold.opened);
    state().change({ guidance: 3 });
    await pass(200);
    const generating = state().generate();
    hold.open();
    await generating;
    expect(state().outcomes).toMatchObject([
      { cause: 'asked', settings: { seed: 7, guidance: 3 } },
    ]);
  });

  it('redraws after a run that was asked for what has changed meanwhile', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state, pass } = await start({ wait: () => waits.at(0) ?? Promise.resolve() });
    waits.push(hold.opened);
    const generating = state().generate();
    state().change({ classId: 1 });
    await pass(200);
    expect(state().run).toMatchObject({ cause: 'asked', settings: { classId: 0 } });
    hold.open();
    await generating;
    expect(state().outcomes.map(({ cause, settings }) => [cause, settings.classId])).toEqual([
      ['live', 1],
      ['asked', 0],
    ]);
  });

  it('does nothing while a run would take long, is switched off, or data are to be saved', async () => {
    const slow = await start({ query: 'draw=off&steps=250' });
    const off = await start({ preferences: { backend: 'auto', live: false } });
    const sparing = await start({ preferences: { backend: 'auto' }, sparing: true });
    for (const { state, pass, engines } of [slow, off, sparing]) {
      state().change({ classId: 1 });
      await pass(1000);
      expect(engines[0]?.requests).toEqual([]);
    }
    expect(sparing.state().live).toBe(false);
  });

  it('remembers the switch, which outdoes the battery', async () => {
    const { state, preferences } = await start({ preferences: { backend: 'wasm' } });
    expect(state().live).toBe(true);
    state().setLive(false);
    expect(preferences()).toEqual({ backend: 'wasm', live: false });
    const again = await start({ preferences: live, sparing: true });
    expect(again.state().live).toBe(true);
  });
});

describe('the first picture', () => {
  it('is drawn by itself where that is quick, and its seed is used', async () => {
    const { state, pass } = await start({ query: 'seed=7' });
    await pass(0);
    expect(state().outcomes).toMatchObject([{ cause: 'first', settings: { seed: 7, images: 4 } }]);
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([101, 7]);
  });

  it('is the first of several where all would take long, and these stay to be made', async () => {
    const machine = { ...fakeProcessor, linearGflops: 26 };
    const { state, pass } = await start({ query: 'seed=7&images=4', machine });
    await pass(0);
    expect(state().outcomes).toMatchObject([{ cause: 'first', settings: { seed: 7, images: 1 } }]);
    expect(state().settings).toMatchObject({ images: 4 });
    await state().generate();
    expect(state().outcomes[0]?.settings).toMatchObject({ seed: 7, images: 4 });
  });

  it('is all four on a processor where the weights take few steps', async () => {
    const machine = { ...fakeProcessor, linearGflops: 26 };
    const options = { query: 'seed=7', machine, model: fakeLearnedModel };
    const { state, pass } = await start(options);
    await pass(0);
    expect(state().outcomes).toMatchObject([
      { cause: 'first', settings: { images: 4, sampler: 'flow-jumps', steps: 4, variation: 0.6 } },
    ]);
  });

  it('can be cancelled, and its seed is then still to be used', async () => {
    const hold = gate();
    const waits = Array.from({ length: loadWaits }, () => Promise.resolve());
    const { state, pass } = await start({
      query: 'seed=7',
      wait: () => waits.shift() ?? hold.opened,
    });
    await pass(0);
    expect(state().run).toMatchObject({ cause: 'first' });
    state().cancel();
    hold.open();
    await pass(0);
    expect(state()).toMatchObject({ run: null, outcomes: [], notice: null });
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([7]);
  });

  it.each([
    ['it would take long', { machine: { ...fakeMachine, linearGflops: 5 } }],
    ['a link says no', { query: 'draw=off' }],
    ['a link asks for a checkpoint that is not here', { query: 'model=mine.pt' }],
    ['Live is off', { preferences: { backend: 'auto', live: false } }],
    ['data or battery are to be saved', { preferences: { backend: 'auto' }, sparing: true }],
  ] as const)('waits where %s', async (_, options) => {
    const { state, pass, engines } = await start({ query: '', ...options });
    await pass(1000);
    expect(engines[0]?.requests).toEqual([]);
    expect(state()).toMatchObject({ run: null, engine: { status: 'ready' } });
  });

  it('is not tried again after it failed', async () => {
    const generateErrors = [new DyditError('device-lost', 'Lost.')];
    const { state, pass, engines } = await start({ query: 'seed=7', generateErrors });
    await pass(0);
    expect(state().engine.status).toBe('lost');
    await state().start();
    await pass(1000);
    expect(engines[1]?.requests).toEqual([]);
    expect(state().settings?.seed).toBe(7);
  });
});
