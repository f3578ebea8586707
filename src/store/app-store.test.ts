import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { writePictureFile } from './picture-file';
import { settingsOfImage } from './settings';
import { fakeMachine, fakeProcessor } from './testing/fake-engine';
import { gate, seeds, setUp } from './testing/set-up';

describe('starting', () => {
  it('loads the built-in model and starts with its own settings', async () => {
    const { state } = setUp();
    await state().start();
    expect(state().engine.status).toBe('ready');
    expect(state().settings).toEqual({
      classId: 0,
      styleId: 0,
      mix: null,
      styleMix: null,
      seed: 100,
      sampler: 'flow-euler',
      steps: 25,
      guidance: 2.5,
      images: 4,
      variation: 0,
      budget: 0,
      dynamicWidth: true,
      dynamicTokens: true,
    });
  });

  it('starts with what a processor can do while someone watches, but obeys a link', async () => {
    const start = async (linearGflops: number, query = '') => {
      const { state } = setUp({ machine: { ...fakeProcessor, linearGflops }, query });
      await state().start();
      return state().settings;
    };
    expect(await start(100)).toMatchObject({ images: 4, steps: 25 });
    expect(await start(10)).toMatchObject({ images: 1, steps: 25 });
    expect(await start(3)).toMatchObject({ images: 1, steps: 8 });
    expect(await start(3, 'images=3&steps=12')).toMatchObject({ images: 3, steps: 12 });
  });

  it('leaves a graphics card its four pictures, however slow, and not one that is software', async () => {
    const slow = { ...fakeMachine, linearGflops: 3 };
    const card = setUp({ machine: slow });
    await card.state().start();
    expect(card.state().settings).toMatchObject({ images: 4, steps: 25 });
    const software = setUp({ machine: { ...slow, software: true } });
    await software.state().start();
    expect(software.state().settings).toMatchObject({ images: 1, steps: 8 });
  });

  it('reports a graphics card that cannot be had and can try again', async () => {
    const refusal = new DyditError('webgpu-unavailable', 'No WebGPU here.');
    const { state } = setUp({ startErrors: [refusal] });
    await state().start();
    expect(state().engine).toMatchObject({
      status: 'failed',
      while: 'starting',
      error: { code: 'webgpu-unavailable' },
    });
    await state().retryLoad();
    expect(state().engine.status).toBe('ready');
  });

  it('keeps one engine when start is pressed twice', async () => {
    const { state, engines } = setUp();
    await Promise.all([state().start(), state().start()]);
    expect(engines.map((engine) => engine.disposed())).toEqual([true, false]);
    expect(state().engine.status).toBe('ready');
  });

  it('retries after the network failed', async () => {
    const { state } = setUp({ loadErrors: [new DyditError('network-failed', 'Offline.')] });
    await state().start();
    expect(state().engine).toMatchObject({ status: 'failed', while: 'loading' });
    await state().retryLoad();
    expect(state().engine.status).toBe('ready');
  });
});

describe('running', () => {
  it('uses the seed on show, then draws a new one each time', async () => {
    const { state } = setUp();
    await state().start();
    await state().generate();
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([101, 100]);
  });

  it('keeps a locked seed', async () => {
    const { state } = setUp({ query: 'seed=7' });
    await state().start();
    state().setSeedLocked(true);
    await state().generate();
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([7, 7]);
  });

  it('reports progress and previews, and refuses a second run meanwhile', async () => {
    const { state, store, engines } = setUp();
    await state().start();
    const steps: number[] = [];
    let previews = 0;
    store.subscribe(({ run }) => {
      if (run?.step) steps.push(run.step.step);
      previews = Math.max(previews, run?.previews.length ?? 0);
      if (run?.step?.step === 3) void state().generate();
    });
    await state().generate();
    expect(Math.max(...steps)).toBe(25);
    expect(previews).toBe(4);
    expect(engines[0]?.requests).toHaveLength(1);
    expect(state().run).toBeNull();
  });

  it('cancels quietly and keeps what was there', async () => {
    const { state, store } = setUp();
    await state().start();
    await state().generate();
    const before = state().outcomes;
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step === 2 && !run.cancelling) state().cancel();
    });
    await state().generate();
    stop();
    expect(state()).toMatchObject({ run: null, notice: null });
    expect(state().outcomes).toEqual(before);
    await state().generate();
    expect(seeds(state().outcomes)).toEqual([101, 100]);
  });

  it('offers the way out of too little memory', async () => {
    const { state, engines } = setUp({
      generateErrors: [new DyditError('out-of-memory', 'Too little memory.')],
    });
    await state().start();
    await state().generate();
    expect(state().notice).toMatchObject({ kind: 'error', error: { code: 'out-of-memory' } });
    await state().generateFewer();
    expect(state().notice).toBeNull();
    expect(engines[0]?.requests.map(({ images }) => images)).toEqual([4, 2]);
  });

  it('keeps settings and outcomes when the device is lost, and starts again', async () => {
    const { state, engines, store } = setUp();
    await state().start();
    await state().generate();
    state().change({ classId: 1, steps: 30 });
    const stop = store.subscribe(({ run }) => {
      if (run?.step?.step === 2) engines[0]?.loseDevice();
    });
    await state().generate();
    stop();
    expect(state()).toMatchObject({ engine: { status: 'lost' }, run: null, notice: null });
    expect(engines[0]?.disposed()).toBe(true);
    const { settings, outcomes } = state();
    await state().start();
    expect(state().engine.status).toBe('ready');
    expect(state()).toMatchObject({ settings, outcomes });
    await state().generate();
    expect(state().outcomes).toHaveLength(2);
  });
});

describe('the address', () => {
  it('carries every setting', async () => {
    const { state, addressBar } = setUp({
      query: 'class=dog-face&style=twemoji&seed=7&steps=12&guidance=3.5&images=2&width=off',
    });
    await state().start();
    expect(state().settings).toMatchObject({
      classId: 1,
      styleId: 2,
      seed: 7,
      dynamicWidth: false,
    });
    expect(addressBar.read()).toBe(
      'weights=e0e0e0e0&class=dog-face&style=twemoji&seed=7&sampler=flow-euler&steps=12&guidance=3.5&images=2&width=off&tokens=on',
    );
  });

  it('goes back to the settings and the pictures of a run', async () => {
    const { state, addressBar } = setUp({ query: 'seed=7' });
    await state().start();
    await state().generate();
    state().change({ classId: 1 });
    state().change({ steps: 30 });
    await state().generate();
    expect(addressBar.entries).toHaveLength(2);
    expect(state().settings).toMatchObject({ classId: 1, steps: 30, seed: 101 });
    addressBar.go(-1);
    expect(state().settings).toMatchObject({ classId: 0, steps: 25, seed: 7 });
    expect(state().shownId).toBe(state().outcomes[1]?.id);
    await state().generate();
    expect(state().outcomes[0]?.settings.seed).toBe(7);
  });
});

describe('a number that is being typed', () => {
  async function typing(query = 'seed=7&images=2') {
    const page = setUp({ query });
    await page.state().start();
    const link = () => page.addressBar.read();
    return { ...page, link, inLink: (name: string) => new URLSearchParams(link()).get(name) };
  }

  it('is in the address before it is entered, and nowhere else', async () => {
    const { state, inLink } = await typing();
    state().draft('steps', '1');
    expect(inLink('steps')).toBe('1');
    state().draft('steps', '12');
    expect(inLink('steps')).toBe('12');
    expect(state()).toMatchObject({ settings: { steps: 25 }, notice: null });
    state().type('steps', '12');
    expect(inLink('steps')).toBe('12');
  });

  it.each(['17', '0', '1,5', '-1', '1e3', 'many', ''])('is not where it is %o', async (text) => {
    const { state, link } = await typing();
    const before = link();
    state().draft('images', '1');
    state().draft('images', text);
    expect(link()).toBe(before);
    expect(state().notice).toBeNull();
  });

  it('leaves the entry of a run alone, and one of its own at most', async () => {
    const { state, addressBar, link } = await typing();
    await state().generate();
    const ofRun = link();
    for (const text of ['1', '12', '', '1', '13']) state().draft('steps', text);
    state().type('steps', '13');
    expect(addressBar.entries).toEqual([ofRun, link()]);
    expect(link()).toContain('steps=13');
  });

  it('given up leaves the link that waits for its model', async () => {
    const { state, link } = await typing('model=own.safetensors&class=dog-face&steps=9');
    const awaiting = link();
    expect(awaiting).toContain('own.safetensors');
    state().draft('seed', '5');
    expect(link()).not.toBe(awaiting);
    state().draft('seed', String(state().settings?.seed));
    expect(link()).toBe(awaiting);
  });
});

describe('opening files', () => {
  it('loads a checkpoint with its VAE, keeps the subject, and returns to the built-in model', async () => {
    const { state, addressBar } = setUp({ query: 'seed=7&class=dog-face&steps=9' });
    await state().start();
    const checkpoint = new File([new Uint8Array(10)], 'mine.pt');
    const vae = new File([new Uint8Array(20)], 'vae.safetensors');
    await state().openFiles([vae, checkpoint]);
    expect(state().source).toEqual({ kind: 'files', name: 'mine.pt', files: [vae, checkpoint] });
    expect(state().settings).toMatchObject({ classId: 1, seed: 7, steps: 25 });
    expect(addressBar.read()).toContain('model=mine.pt');
    await state().loadBuiltIn();
    expect(state().source.kind).toBe('manifest');
    expect(addressBar.read()).not.toContain('model=');
  });

  it('keeps the model in use when a checkpoint is broken', async () => {
    const errors: DyditError[] = [];
    const { state } = setUp({ loadErrors: errors });
    await state().start();
    errors.push(new DyditError('checkpoint-broken', 'Truncated at byte 10.'));
    await state().openFiles([new File([], 'bad.safetensors')]);
    expect(state()).toMatchObject({
      engine: { status: 'ready' },
      source: { kind: 'manifest' },
      notice: { kind: 'error', error: { code: 'checkpoint-broken' } },
    });
    await state().generate();
    expect(state()).toMatchObject({ notice: null, outcomes: [{ kind: 'pictures' }] });
  });

  it('loads the last of two checkpoints dropped one after the other', async () => {
    const { state } = setUp();
    await state().start();
    const first = state().openFiles([new File([], 'first.pt')]);
    await Promise.all([first, state().openFiles([new File([], 'second.pt')])]);
    expect(state()).toMatchObject({ engine: { status: 'ready' }, model: { name: 'second.pt' } });
  });

  it('refuses what it cannot open', async () => {
    const { state } = setUp();
    await state().start();
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    await state().openFiles([new File([png], 'photo.png')]);
    expect(state().notice).toMatchObject({ error: { code: 'invalid-request' } });
    expect(state().engine.status).toBe('ready');
  });

  it('does not say that settings were restored which could not be read', async () => {
    const { state } = setUp({ query: 'seed=7' });
    await state().start();
    const picture = { width: 1, height: 1, rgba: new Uint8ClampedArray([1, 2, 3, 255]) };
    await state().openFiles([new File([await writePictureFile(picture, {})], 'empty.png')]);
    const { notice } = state();
    expect(notice?.kind === 'error' && notice.error.message).toContain('they are empty');
    expect(state().settings?.seed).toBe(7);
  });

  it('restores the settings inside a saved picture', async () => {
    const { state } = setUp({ query: 'steps=12' });
    await state().start();
    const picture = { width: 1, height: 1, rgba: new Uint8ClampedArray([1, 2, 3, 255]) };
    const png = await writePictureFile(picture, { class: 'dog-face', seed: 42, images: 1 });
    await state().openFiles([new File([png], 'dog.png')]);
    expect(state().settings).toMatchObject({ classId: 1, seed: 42, images: 1, steps: 12 });
    await state().generate();
    expect(state().outcomes[0]?.settings.seed).toBe(42);
  });

  it('takes the settings of the picture that was dropped last, also where one before is read for longer', async () => {
    const { state } = setUp();
    await state().start();
    const hold = gate();
    const picture = { width: 1, height: 1, rgba: new Uint8ClampedArray([1, 2, 3, 255]) };
    const [early, late] = await Promise.all(
      [1, 2].map(async (seed) => new File([await writePictureFile(picture, { seed })], 'one.png')),
    );
    // As where it has to be fetched from a cloud first.
    const slice = early.slice.bind(early);
    early.slice = (...part) => {
      const blob = slice(...part);
      const read = blob.arrayBuffer.bind(blob);
      blob.arrayBuffer = () => hold.opened.then(read);
      return blob;
    };
    const reading = state().openFiles([early]);
    await state().openFiles([late]);
    expect(state().settings?.seed).toBe(2);
    hold.open();
    await reading;
    expect(state().settings?.seed).toBe(2);
  });

  it('ends a run under way when a model is loaded', async () => {
    const hold = gate();
    const waits: Promise<void>[] = [];
    const { state } = setUp({ wait: () => waits.at(0) ?? Promise.resolve() });
    await state().start();
    waits.push(hold.opened);
    const running = state().generate();
    expect(state().run).not.toBeNull();
    const loading = state().openFiles([new File([], 'mine.pt')]);
    await expect.poll(() => state().run).toBeNull();
    hold.open();
    await Promise.all([running, loading]);
    expect(state()).toMatchObject({ engine: { status: 'ready' }, outcomes: [], notice: null });
    expect(state().model?.name).toBe('mine.pt');
  });
});

describe('outcomes', () => {
  it('reuses all of an outcome, or one of its pictures', async () => {
    const { state } = setUp({ query: 'seed=4294967294' });
    await state().start();
    await state().generate();
    const outcome = state().outcomes.at(0);
    if (!outcome) throw new Error('no outcome');
    state().change({ classId: 1, steps: 3 });
    state().reuse(outcome);
    expect(state().settings).toEqual(outcome.settings);
    state().reuse(outcome, settingsOfImage(outcome.settings, 3));
    expect(state().settings).toEqual({ ...outcome.settings, seed: 1, images: 1 });
  });
});
