import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import type { Outcome } from './app-state';
import { writePictureFile } from './picture-file';
import { linkInUse, linkOf, sharedOf } from './recipe';
import type { ModelInfo } from '../engine/api';
import { identityOfText } from './testing/fake-engine';
import { setUp } from './testing/set-up';

const first = new File(['first weights'], 'model.pt');
const second = new File(['second weights'], 'model.pt');
const weightsOf = (text: string) => identityOfText(text).slice(0, 8);

/** A static model of another kind. */
const staticModel: Partial<ModelInfo> = {
  objective: 'epsilon',
  samplers: ['ddim', 'ddpm'],
  dynamic: false,
  classes: Array.from({ length: 3 }, (_, i) => ({ name: `Class ${i}`, emoji: '', category: '' })),
  styles: [],
  defaults: { sampler: 'ddim', steps: 50, guidance: 4, guidanceChannels: 3 },
};

const fileModel = () => staticModel;

async function start(options: Parameters<typeof setUp>[0] = {}) {
  const world = setUp(options);
  await world.state().start();
  const notice = () => {
    const { notice: said } = world.state();
    return said?.kind === 'info' ? said.text : '';
  };
  return { ...world, notice };
}

describe('two files of one name', () => {
  it('are two models: Back shows the picture of the one that made it', async () => {
    const { state, addressBar, notice } = await start({ query: 'seed=7' });
    state().setSeedLocked(true);
    await state().openFiles([first]);
    await state().generate();
    await state().openFiles([second]);
    await state().generate();
    const ids = state().outcomes.map(({ id }) => id);
    expect(addressBar.read()).toContain(`weights=${weightsOf('second weights')}`);
    addressBar.go(-1);
    expect(addressBar.read()).toContain(`weights=${weightsOf('first weights')}`);
    expect(state().shownId).toBe(ids[1]);
    expect(notice()).toContain(`other weights of model.pt (${weightsOf('first weights')}`);
    addressBar.go(1);
    expect(state().shownId).toBe(ids[0]);
    expect(notice()).toBe('');
  });

  it('keep what the second can run, and say what it cannot', async () => {
    const { state, notice } = await start({
      fileModel: (text) => (text === 'second weights' ? staticModel : {}),
    });
    await state().openFiles([first]);
    state().change({ classId: 3, sampler: 'flow-heun', steps: 9, seed: 5 });
    await state().openFiles([second]);
    expect(state().settings).toMatchObject({ classId: 2, sampler: 'ddim', steps: 9, seed: 5 });
    expect(notice()).toContain('class “keycap: *” became “Class 2”');
    expect(notice()).toContain('sampler “flow-heun” became “ddim”');
    await state().generate();
    expect(state().outcomes).toHaveLength(1);
  });
});

describe('Back to a run of another model', () => {
  it('says so, shows its picture, and Generate has an address of its own', async () => {
    const { state, addressBar, notice } = await start({ query: 'seed=7', fileModel });
    await state().generate();
    const builtIn = state().outcomes.at(0);
    await state().openFiles([first]);
    await state().generate();
    while (!addressBar.read().includes('weights=e0e0e0e0')) addressBar.go(-1);
    expect(state().shownId).toBe(builtIn?.id);
    expect(notice()).toContain('made with the built-in model');
    expect(notice()).toContain('model.pt stands in');
    await state().generate();
    const made = state().outcomes.at(0);
    expect(made?.model.name).toBe('model.pt');
    expect(made && addressBar.read() === linkOf(made)).toBe(true);
    expect(addressBar.read()).toContain('model=model.pt');
  });

  it('shows no picture of the model in use where its own is gone', async () => {
    const { state, store, addressBar } = await start({ query: 'seed=7', fileModel });
    await state().generate();
    await state().openFiles([first]);
    await state().generate();
    store.setState({ outcomes: state().outcomes.slice(0, 1) });
    while (!addressBar.read().includes('weights=e0e0e0e0')) addressBar.go(-1);
    expect(state().shownId).toBeNull();
  });

  it('and loading that model again brings all its settings back', async () => {
    const { state, addressBar } = await start({ query: 'seed=7&steps=9&guidance=3', fileModel });
    await state().generate();
    await state().openFiles([first]);
    await state().generate();
    while (!addressBar.read().includes('weights=e0e0e0e0')) addressBar.go(-1);
    await state().loadBuiltIn();
    expect(state().settings).toMatchObject({ seed: 7, steps: 9, guidance: 3 });
    await state().generate();
    expect(state().outcomes[0]?.settings.seed).toBe(7);
  });
});

describe('Generate and Compare of the same settings', () => {
  it('are two entries', async () => {
    const { state, addressBar } = await start({ query: 'seed=7' });
    await state().generate();
    await state().compare();
    const ids = state().outcomes.map(({ id }) => id);
    expect(addressBar.entries).toHaveLength(2);
    expect(state().outcomes.map(linkOf)[0]).toBe(addressBar.read());
    addressBar.go(-1);
    expect(state().shownId).toBe(ids[1]);
    addressBar.go(1);
    expect(state().shownId).toBe(ids[0]);
  });

  it('also where the comparison turns both toggles on', async () => {
    const { state, addressBar } = await start({ query: 'seed=7&width=off&tokens=off' });
    await state().compare();
    expect(state().outcomes.map(linkOf)).toEqual([addressBar.read()]);
  });
});

describe('a link made with a checkpoint', () => {
  const query = 'model=model.pt&class=class-2&seed=7&sampler=ddpm&steps=9&guidance=3';

  it('says what is missing, keeps its address, and applies all once the file is here', async () => {
    const { state, addressBar, notice } = await start({ query, fileModel });
    expect(addressBar.read()).toBe(query);
    for (const words of ['“model.pt”', 'class class-2', 'sampler ddpm', '9 steps', 'guidance 3']) {
      expect(notice()).toContain(words);
    }
    await state().openFiles([first]);
    expect(state().settings).toMatchObject({
      classId: 2,
      seed: 7,
      sampler: 'ddpm',
      steps: 9,
      guidance: 3,
    });
    await state().generate();
    expect(state().outcomes[0]?.settings).toMatchObject({ classId: 2, seed: 7, sampler: 'ddpm' });
  });

  it('stays said while another model stands in', async () => {
    const { state, notice } = await start({ query, fileModel });
    state().change({ seed: 8 });
    await state().generate();
    expect(notice()).toContain('“model.pt”');
  });

  it('says where the file has other weights than those of the link', async () => {
    const { state, notice } = await start({ query: `${query}&weights=aaaaaaaa`, fileModel });
    await state().openFiles([first]);
    expect(state().settings).toMatchObject({ classId: 2, steps: 9 });
    expect(notice()).toContain('aaaaaaaa');
    expect(notice()).toContain(weightsOf('first weights'));
  });

  it('is fitted to what the file can run', async () => {
    const { state, notice } = await start({
      query: 'model=model.pt&class=class-8&sampler=flow-euler',
      fileModel,
    });
    await state().openFiles([first]);
    expect(state().settings).toMatchObject({ classId: 0, sampler: 'ddim' });
    expect(notice()).toContain('class “class-8” became “Class 0”');
    expect(notice()).toContain('sampler “flow-euler” became “ddim”');
  });
});

describe('settings of a picture whose model is not here', () => {
  it('taken before any model is here have the address follow them, not the link before', async () => {
    const kept: Outcome[] = [];
    const before = await start({ fileModel, kept });
    await before.state().openFiles([first]);
    await before.state().generate();
    const loadErrors = [new DyditError('network-failed', 'It is not there.')];
    const { state, addressBar, notice } = await start({
      query: 'seed=11&images=3',
      kept,
      loadErrors,
    });
    state().reuse(state().outcomes[0]);
    await state().retryLoad();
    expect(notice()).toContain('“model.pt”');
    expect(addressBar.read()).toBe(linkInUse(state()));
    expect(state().settings?.seed).not.toBe(11);
  });
});

describe('another model', () => {
  it('says in one line what is set otherwise for it', async () => {
    const { state, notice } = await start({ query: 'class=dog-face', fileModel });
    await state().openFiles([first]);
    expect(notice()).toContain('class “dog face” became “Class 0”');
    expect(notice()).toContain('sampler “flow-euler” became “ddim”');
    expect(notice()).toContain('steps “25” became “50”');
    expect(notice()).not.toContain('\n');
  });
});

describe('a saved picture of another model', () => {
  it('has its settings applied when that model comes', async () => {
    const { state, notice } = await start({ fileModel });
    await state().openFiles([first]);
    state().change({ classId: 2, seed: 5, steps: 9 });
    await state().generate();
    const made = state().outcomes.at(0);
    if (!made) throw new Error('no outcome');
    const picture = { width: 1, height: 1, rgba: new Uint8ClampedArray([1, 2, 3, 255]) };
    const png = await writePictureFile(picture, sharedOf(made));
    await state().loadBuiltIn();
    await state().openFiles([new File([png], 'mine.png')]);
    expect(notice()).toContain('“model.pt”');
    expect(notice()).not.toContain('Settings restored');
    await state().openFiles([first]);
    expect(state().settings).toMatchObject({ classId: 2, seed: 5, steps: 9 });
  });
});

describe('a setting that cannot be had', () => {
  it.each([
    ['seed', '-1', 0],
    ['seed', '1.5', 1],
    ['images', '17', 16],
    ['steps', '1001', 1000],
    ['guidance', '2,5', 2.5],
    ['steps', '1,000', 1000],
    ['images', '1..5', 4],
  ] as const)('%s typed as %s', async (setting, text, used) => {
    const { state, notice } = await start();
    state().type(setting, text);
    expect(state().settings?.[setting]).toBe(used);
    if (['2,5', '1,000'].includes(text)) expect(notice()).toBe('');
    else expect(notice()).toContain(`“${text}” became “${used}”`);
  });

  it('that is no number changes nothing, and that is said', async () => {
    const { state, notice } = await start();
    state().type('steps', 'many');
    expect(state().settings?.steps).toBe(25);
    expect(notice()).toContain('steps “many” became “25”');
    state().type('images', 'many');
    expect(notice(), 'as the page calls it').toContain('pictures “many” became “');
  });

  it('is said until the next change', async () => {
    const { state, notice } = await start({ query: 'class=dogs&images=0' });
    expect(notice()).toContain('class “dogs” became “cat face”');
    expect(notice()).toContain('pictures “0” became “1”');
    state().change({ seed: 3 });
    expect(notice()).toBe('');
  });
});
