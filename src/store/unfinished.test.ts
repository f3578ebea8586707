import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import type { App } from './app-state';
import { setUp, type SetUpOptions } from './testing/set-up';
import type { KeptRun, UnfinishedStore } from './unfinished-store';

/** A store whose engine loses its device once a run has taken that many steps. */
function losing(step: number, options: SetUpOptions = {}) {
  const scene = setUp({ query: 'seed=7&steps=9', ...options });
  const stop = scene.store.subscribe(({ run }) => {
    if (run?.step?.step !== step) return;
    stop();
    scene.engines.at(-1)?.loseDevice();
  });
  return scene;
}

/** What the browser keeps for the page after a reload. */
function memory(): UnfinishedStore & { readonly kept: () => KeptRun | undefined } {
  let kept: KeptRun | undefined;
  return {
    kept: () => kept,
    read: () => Promise.resolve(kept),
    write: (run) => Promise.resolve(void (kept = structuredClone(run))),
    clear: () => Promise.resolve(void (kept = undefined)),
  };
}

/** What the page says besides. */
function said(state: () => App): string {
  const { notice } = state();
  return notice?.kind === 'info' ? notice.text : '';
}

describe('Go on', () => {
  it('goes on where the run broke off, with the same settings', async () => {
    const { state, engines } = losing(5);
    await state().start();
    await state().generate();
    expect(state().engine.status).toBe('lost');
    expect(state().brokenOff).toEqual({ kind: 'generate', step: 5, steps: 9 });
    await state().goOn();
    expect(engines.at(-1)?.begunAt).toEqual([5]);
    expect(state().outcomes).toMatchObject([{ settings: { seed: 7, steps: 9 } }]);
    expect(state()).toMatchObject({ brokenOff: null, engine: { status: 'ready' } });
  });

  it('goes on on the processor from there as well', async () => {
    const { state, engines } = losing(5);
    await state().start();
    await state().generate();
    await state().goOnOnProcessor();
    expect(engines.at(-1)?.begunAt).toEqual([5]);
    expect(state().outcomes).toMatchObject([
      { machine: { kind: 'wasm' }, begunOn: [{ description: 'Imaginary GPU' }] },
    ]);
    expect(said(state)).toContain('begun by the graphics card (Imaginary GPU) and goes on on the');
  });

  it('on another machine than the one it was begun on says so, however that came about', async () => {
    const { state, engines } = losing(5);
    await state().start();
    await state().generate();
    await state().chooseBackend('wasm');
    await state().goOn();
    expect(engines.at(-1)?.begunAt).toEqual([5]);
    expect(said(state)).toContain('begun by the graphics card (Imaginary GPU) and goes on on the');
    expect(state().outcomes).toMatchObject([{ begunOn: [{ kind: 'webgpu' }] }]);
  });

  it('on the same machine says nothing: it comes to the same bits', async () => {
    const { state } = losing(5);
    await state().start();
    await state().generate();
    await state().goOn();
    expect(state().notice).toBeNull();
    expect(state().outcomes[0]).not.toHaveProperty('begunOn');
  });

  it('back on the first machine still says that another one made a part', async () => {
    const scene = losing(5);
    const { state, store, engines } = scene;
    await state().start();
    await state().generate();
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step !== 7) return;
      stop();
      engines.at(-1)?.loseDevice();
    });
    await state().goOnOnProcessor();
    await state().chooseBackend('auto');
    await state().goOn();
    expect(engines.at(-1)?.begunAt).toEqual([7]);
    expect(state().outcomes).toMatchObject([
      { machine: { kind: 'webgpu' }, begunOn: [{ kind: 'wasm' }] },
    ]);
    expect(said(state)).toContain('begun by the processor');
  });

  it('says nothing of another machine where nothing was made yet', async () => {
    const generateErrors = [new DyditError('device-lost', 'Gone.')];
    const { state, engines } = setUp({ query: 'steps=9', generateErrors });
    await state().start();
    await state().compare();
    await state().goOnOnProcessor();
    expect(engines).toHaveLength(2);
    expect(state()).toMatchObject({ notice: null, outcomes: [{ kind: 'comparison' }] });
  });

  it('goes on on the engine in use after it ran out of memory', async () => {
    const generateErrors = [new DyditError('out-of-memory', 'Too little.')];
    const { state, engines } = setUp({ query: 'steps=9', generateErrors });
    await state().start();
    await state().generate();
    expect(state().brokenOff).toMatchObject({ step: 9 });
    await state().goOn();
    expect(engines).toHaveLength(1);
    expect(engines[0].begunAt).toEqual([0, 9]);
    expect(state().notice).toBeNull();
  });

  it('makes no leg of a comparison twice, but on another machine both, and says so', async () => {
    const ways: readonly ((app: App) => Promise<void>)[] = [
      (app) => app.goOn(),
      (app) => app.goOnOnProcessor(),
      async (app) => {
        await app.chooseBackend('wasm');
        await app.goOn();
      },
    ];
    for (const [index, way] of ways.entries()) {
      const { state, store, engines } = setUp({ query: 'seed=7&steps=20' });
      const stop = store.subscribe(({ run }) => {
        if (run?.leg !== 'dynamic' || run.step?.step !== 2) return;
        stop();
        engines.at(-1)?.loseDevice();
      });
      await state().start();
      await state().compare();
      expect(state().engine.status).toBe('lost');
      await way(state());
      expect(state().outcomes).toMatchObject([{ kind: 'comparison' }]);
      const measured = engines[1].requests.filter(({ steps }) => steps === 20);
      expect(measured).toHaveLength(index === 0 ? 1 : 2);
      if (index === 0) expect(state().notice).toBeNull();
      else expect(said(state)).toContain('times of two machines cannot be compared');
    }
  });

  it('fits the settings to another model that has come', async () => {
    const classes = [{ name: 'only', emoji: '', category: 'Classes' }];
    const { state } = losing(5, {
      query: 'class=dog-face&seed=7&steps=9',
      fileModel: () => ({ classes }),
    });
    await state().start();
    await state().generate();
    await state().start();
    await state().openFiles([new File(['other'], 'mine.pt')]);
    await state().goOn();
    expect(state().settings?.classId).toBe(0);
  });

  it('is still offered after loading its model failed', async () => {
    const loadErrors: DyditError[] = [];
    const { state, engines } = losing(5, { loadErrors });
    await state().start();
    await state().generate();
    loadErrors.push(new DyditError('network-failed', 'Gone.'));
    await state().goOn();
    expect(state()).toMatchObject({ engine: { status: 'failed' }, brokenOff: { step: 5 } });
    await state().retryLoad();
    await state().goOn();
    expect(engines.at(-1)?.begunAt).toEqual([5]);
  });

  it('is still offered after a live redraw', async () => {
    const { state } = losing(5, {
      query: 'seed=7&steps=9&draw=off',
      preferences: { backend: 'auto', live: true },
    });
    await state().start();
    await state().generate();
    await state().start();
    await expect.poll(() => state().brokenOff).not.toBeNull();
    state().change({ seed: 8 });
    await expect.poll(() => state().outcomes[0]?.cause).toBe('live');
    expect(state().brokenOff).toMatchObject({ step: 5 });
  });

  it('begins anew where another model has come', async () => {
    const { state, engines } = losing(5, { fileModel: () => ({}) });
    await state().start();
    await state().generate();
    await state().start();
    await state().openFiles([new File(['other'], 'mine.pt')]);
    await state().goOn();
    expect(engines.at(-1)?.begunAt).toEqual([0]);
  });

  it('is no offer any more after Cancel, another run, or when it is let be', async () => {
    const { state } = losing(5);
    await state().start();
    await state().generate();
    await state().start();
    expect(state().brokenOff).not.toBeNull();
    state().forgetBrokenOff();
    expect(state().brokenOff).toBeNull();
    await state().goOn();
    expect(state().outcomes).toEqual([]);

    const other = losing(5);
    await other.state().start();
    await other.state().generate();
    await other.state().start();
    await other.state().generate();
    expect(other.state().brokenOff).toBeNull();
  });
});

describe('a reload', () => {
  it('in the middle of a run lets the page go on', async () => {
    const unfinished = memory();
    const before = losing(5, { unfinished });
    await before.state().start();
    await before.state().generate();
    expect(unfinished.kept()).toBeDefined();

    const { state, engines } = setUp({ query: before.addressBar.read(), unfinished });
    await state().start();
    expect(state().brokenOff).toEqual({ kind: 'generate', step: 5, steps: 9 });
    await state().goOn();
    expect(engines[0].begunAt).toEqual([5]);
    expect(state().outcomes).toMatchObject([{ settings: { seed: 7 } }]);
    expect(unfinished.kept()).toBeUndefined();
  });

  it('offers nothing where the address or the model is another', async () => {
    for (const [query, patch] of [
      ['seed=8&steps=9', {}],
      ['seed=7&steps=9', { model: 'other' }],
    ] as const) {
      const unfinished = memory();
      const before = losing(5, { unfinished });
      await before.state().start();
      await before.state().generate();
      const kept = unfinished.kept();
      if (!kept) expect.fail('Nothing was kept.');
      if ('model' in patch) {
        await unfinished.write({ ...kept, journal: { ...kept.journal, identity: 'another' } });
      }
      const { state } = setUp({ query, unfinished });
      await state().start();
      expect(state().brokenOff).toBeNull();
    }
  });

  it('after a run that is done offers nothing', async () => {
    const unfinished = memory();
    const { state } = setUp({ unfinished });
    await state().start();
    await state().generate();
    expect(unfinished.kept()).toBeUndefined();
  });
});

describe('Cancel', () => {
  it('ends loading, and the model before it stays', async () => {
    const { state, store } = setUp();
    await state().start();
    const stop = store.subscribe(({ engine }) => {
      if (engine.status !== 'loading' || engine.cancelling || !engine.progress) return;
      stop();
      state().cancel();
    });
    await state().openFiles([new File([], 'mine.pt')]);
    expect(state()).toMatchObject({
      engine: { status: 'ready' },
      model: { name: 'emoji starter' },
      notice: null,
    });
    await state().generate();
    expect(state().outcomes).toHaveLength(1);
  });

  it('ends the loading of the first model, which can be tried again', async () => {
    const { state, store } = setUp();
    const stop = store.subscribe(({ engine }) => {
      if (engine.status !== 'loading' || engine.cancelling || !engine.progress) return;
      stop();
      state().cancel();
    });
    await state().start();
    expect(state().engine).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    await state().retryLoad();
    expect(state().engine.status).toBe('ready');
  });

  it('ends an engine that hangs as it starts; another one can be started', async () => {
    let hangs = true;
    const { state, engines, engineOptions } = setUp({ hangs: () => hangs });
    const starting = state().start();
    await new Promise((resolve) => setTimeout(resolve));
    expect(state().engine.status).toBe('starting');
    state().cancel();
    await starting;
    expect(state().engine).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect(engineOptions[0].signal?.aborted).toBe(true);
    hangs = false;
    await state().start();
    expect(engines).toHaveLength(1);
    expect(state().engine.status).toBe('ready');
  });

  it('is not needed where something else is to compute: the start before is over', async () => {
    let hangs = true;
    const { state, engineOptions } = setUp({ hangs: () => hangs });
    const starting = state().start();
    hangs = false;
    await state().chooseBackend('wasm');
    expect(engineOptions[0].signal?.aborted).toBe(true);
    await starting;
    expect(state()).toMatchObject({ engine: { status: 'ready' }, machine: { kind: 'wasm' } });
  });

  it('of a model that hangs while it loads brings back the one before', async () => {
    const { state, store, engines } = setUp();
    await state().start();
    const stop = store.subscribe(({ engine }) => {
      if (engine.status !== 'loading' || engine.cancelling || !engine.progress) return;
      stop();
      state().cancel();
      engines[0].loseDevice({ code: 'not-answering', message: 'It hung.', advice: '' });
    });
    await state().openFiles([new File([], 'mine.pt')]);
    await expect.poll(() => state().engine.status).toBe('ready');
    expect(state()).toMatchObject({ model: { name: 'emoji starter' } });
  });

  it('of a worker that hangs starts another one, without a card', async () => {
    const { state, store, engines } = setUp();
    await state().start();
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step !== 2) return;
      stop();
      state().cancel();
      engines[0].loseDevice({ code: 'not-answering', message: 'It hung.', advice: '' });
    });
    await state().generate();
    await new Promise((resolve) => setTimeout(resolve));
    expect(engines).toHaveLength(2);
    expect(state()).toMatchObject({ engine: { status: 'ready' }, run: null, brokenOff: null });
  });
});
