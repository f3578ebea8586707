import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { gate, seeds, setUp } from './testing/set-up';

describe('going on on the processor', () => {
  it('runs again what a lost device has ended, with the seed of the link', async () => {
    const { state, store, engines, preferences } = setUp({ query: 'seed=7&steps=9' });
    await state().start();
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step === 2) engines[0]?.loseDevice();
    });
    await state().generate();
    stop();
    expect(state()).toMatchObject({ engine: { status: 'lost' }, outcomes: [] });
    await state().goOnOnProcessor();
    expect(state().outcomes).toMatchObject([
      { settings: { seed: 7, steps: 9 }, machine: { kind: 'wasm' } },
    ]);
    expect(state()).toMatchObject({ backend: 'wasm' });
    expect(preferences().backend, 'for this visit only').toBe('auto');
  });

  it('runs again what was too large, and a comparison as one', async () => {
    const { state } = setUp({ generateErrors: [new DyditError('out-of-memory', 'Too little.')] });
    await state().start();
    await state().compare();
    expect(state().notice).toMatchObject({ error: { code: 'out-of-memory' } });
    await state().goOnOnProcessor();
    expect(state().outcomes).toMatchObject([{ kind: 'comparison', settings: { seed: 100 } }]);
  });

  it('loads the model that the card could not take', async () => {
    const loadErrors: DyditError[] = [];
    const { state } = setUp({ loadErrors });
    await state().start();
    loadErrors.push(new DyditError('limit-too-small', 'Too large.'));
    await state().openFiles([new File([], 'large.pt')]);
    expect(state()).toMatchObject({ model: { name: 'emoji starter' } });
    await state().goOnOnProcessor();
    expect(state()).toMatchObject({ model: { name: 'large.pt' }, machine: { kind: 'wasm' } });
    expect(state().outcomes).toEqual([]);
  });

  it('runs nothing where the device was lost between runs', async () => {
    const { state, engines } = setUp();
    await state().start();
    await state().generate();
    engines[0]?.loseDevice();
    await Promise.resolve();
    expect(state().engine.status).toBe('lost');
    await state().goOnOnProcessor();
    expect(engines[1]?.requests).toEqual([]);
    expect(state().engine.status).toBe('ready');
  });
});

describe('a seed', () => {
  it.each(['device-lost', 'internal', 'out-of-memory'] as const)(
    'is not thrown away by a run that ended with %s',
    async (code) => {
      const generateErrors = [new DyditError(code, 'It failed.')];
      const { state } = setUp({ query: 'seed=7', generateErrors });
      await state().start();
      await state().generate();
      if (state().engine.status === 'lost') await state().start();
      await state().generate();
      expect(seeds(state().outcomes)).toEqual([7]);
    },
  );

  it('is not thrown away where the device goes before its run knows', async () => {
    const { state, store, engines } = setUp({ query: 'seed=7' });
    await state().start();
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step === 2) engines[0]?.loseDevice();
    });
    await state().generate();
    stop();
    await state().start();
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([7]);
  });

  it('is not thrown away by a model that takes the place of its run', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state } = setUp({ query: 'seed=7', wait: () => waits.at(0) ?? Promise.resolve() });
    await state().start();
    waits.push(hold.opened);
    const running = state().generate();
    const loading = state().openFiles([new File([], 'mine.pt')]);
    hold.open();
    await Promise.all([running, loading]);
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([7]);
  });
});
