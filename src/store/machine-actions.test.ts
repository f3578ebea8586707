import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { gate, seeds, setUp } from './testing/set-up';

describe('what computes', () => {
  it('is what the visitor chose on an earlier visit', async () => {
    const { state, engineOptions } = setUp({ preferences: { backend: 'wasm', live: false } });
    await state().start();
    expect(engineOptions).toMatchObject([{ backend: 'wasm' }]);
    expect(state()).toMatchObject({ backend: 'wasm', machine: { kind: 'wasm' } });
  });

  it('can be changed, with settings, pictures, seed and model kept', async () => {
    const { state, engines, engineOptions, preferences, addressBar } = setUp({ query: 'seed=7' });
    await state().start();
    await state().openFiles([new File([], 'mine.pt')]);
    await state().generate();
    state().change({ steps: 12 });
    const { settings, outcomes } = state();
    const address = addressBar.read();
    await state().chooseBackend('wasm');
    expect(engineOptions.map(({ backend }) => backend)).toEqual(['auto', 'wasm']);
    expect(engines.map((engine) => engine.disposed())).toEqual([true, false]);
    expect(state()).toMatchObject({
      engine: { status: 'ready' },
      machine: { kind: 'wasm' },
      model: { name: 'mine.pt' },
      settings,
      outcomes,
    });
    expect(addressBar.read()).toBe(address);
    expect(preferences()).toEqual({ backend: 'wasm', live: false });
  });

  it('can be changed during a run, which is then over and has used no seed', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state } = setUp({ query: 'seed=7', wait: () => waits.at(0) ?? Promise.resolve() });
    await state().start();
    waits.push(hold.opened);
    const running = state().generate();
    const switching = state().chooseBackend('wasm');
    expect(state().run).toBeNull();
    hold.open();
    await Promise.all([running, switching]);
    expect(state()).toMatchObject({ engine: { status: 'ready' }, outcomes: [], notice: null });
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([7]);
  });

  it('is the way out where the card that was asked for cannot be had', async () => {
    const { state } = setUp({
      preferences: { backend: 'webgpu', live: false },
      startErrors: [new DyditError('adapter-refused', 'No adapter.')],
    });
    await state().start();
    expect(state().engine).toMatchObject({ status: 'failed', error: { code: 'adapter-refused' } });
    await state().chooseBackend('wasm');
    expect(state()).toMatchObject({ engine: { status: 'ready' }, machine: { kind: 'wasm' } });
  });
});

describe('which of two cards', () => {
  it('is what the visitor chose, starts anew and is remembered', async () => {
    const { state, engineOptions, preferences } = setUp();
    await state().start();
    await state().chooseCard('low-power');
    expect(engineOptions.map(({ card }) => card)).toEqual([undefined, 'low-power']);
    expect(preferences()).toMatchObject({ backend: 'auto', card: 'low-power' });
    const next = setUp({ preferences: preferences() });
    await next.state().start();
    expect(next.engineOptions[0]).toMatchObject({ card: 'low-power' });
  });
});

describe('what it computes with', () => {
  it('is exact unless the visitor wants it fast, starts anew and is remembered', async () => {
    const { state, engineOptions, preferences } = setUp();
    await state().start();
    await state().choosePrecision('fast');
    expect(engineOptions.map(({ precision }) => precision)).toEqual(['exact', 'fast']);
    expect(preferences()).toMatchObject({ backend: 'auto', precision: 'fast' });
    const next = setUp({ preferences: preferences() });
    await next.state().start();
    expect(next.engineOptions[0]).toMatchObject({ precision: 'fast' });
  });
});

describe('measuring the kernels again', () => {
  it('shows how far it is, lets nothing run meanwhile, and says what came of it', async () => {
    const { state, store, engines } = setUp();
    await state().start();
    const seen = new Set<number>();
    const stop = store.subscribe(({ engine, generate }) => {
      if (engine.status !== 'measuring') return;
      seen.add(engine.fraction);
      void generate();
    });
    await state().measureAgain();
    stop();
    expect([...seen]).toEqual([0, 0.5]);
    expect(engines[0]?.requests).toEqual([]);
    expect(state()).toMatchObject({ engine: { status: 'ready' }, measuredShapes: 2, notice: null });
    await state().generate();
    expect(state().outcomes).toHaveLength(1);
  });

  it('waits for a press where something runs', async () => {
    const { state, store } = setUp();
    await state().start();
    const stop = store.subscribe(({ run, measureAgain }) => void (run && measureAgain()));
    await state().generate();
    stop();
    expect(state()).toMatchObject({ measuredShapes: null, notice: null });
    expect(state().outcomes).toHaveLength(1);
  });

  it('is over with the device', async () => {
    const { state, store, engines } = setUp();
    await state().start();
    const stop = store.subscribe(({ engine }) => {
      if (engine.status === 'measuring') engines[0]?.loseDevice();
    });
    await state().measureAgain();
    stop();
    expect(state()).toMatchObject({ engine: { status: 'lost' }, measuredShapes: null });
  });

  it('gives way to a model that is loaded meanwhile', async () => {
    const { state, store } = setUp();
    await state().start();
    let loading: Promise<void> | undefined;
    const stop = store.subscribe(({ engine, openFiles }) => {
      if (engine.status === 'measuring') loading ??= openFiles([new File([], 'mine.pt')]);
    });
    await state().measureAgain();
    await loading;
    stop();
    expect(state()).toMatchObject({ engine: { status: 'ready' }, model: { name: 'mine.pt' } });
  });
});
