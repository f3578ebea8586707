import { describe, expect, it } from 'vitest';
import { DyditError } from '../../errors';
import type { LibraryInspection, ModelLibrary } from '../../engine/models/library';
import type { StoredModel } from '../../engine/models/stored-models';
import { fakeInspected, fakeLibrary, modelInspection } from '../testing/fake-library';
import { gate, setUp } from '../testing/set-up';
import { noUnfinished } from '../unfinished-store';

const nothing: LibraryInspection = {
  ...{ waiting: [], refused: [], parts: [], useless: [], passedOver: [], joins: false },
};

function file(name: string): File {
  return new File([name], name);
}

/** Two shards make a model; a VAE waits for one. */
const parts = fakeLibrary({
  inspect(names) {
    const shards = names.filter((name) => name.startsWith('shard'));
    const hasVae = names.includes('vae');
    if (shards.length === 2 || names.includes('whole')) {
      return modelInspection(
        fakeInspected(names.includes('whole') ? 'whole' : 'shard 1', { hasVae }),
      );
    }
    const missing = shards.length === 1 ? 'Waiting for the other shard.' : 'Waiting for a model.';
    return { ...nothing, waiting: [missing], parts: shards.length === 1 ? [0] : [], joins: hasVae };
  },
});

const asked = fakeInspected('heads.pt', {
  questions: [
    {
      ...{ id: 'numHeads', text: 'How many heads?', open: true },
      options: [
        { value: 3, label: '3' },
        { value: 6, label: '6' },
      ],
    },
  ],
});

const stored: StoredModel = {
  ...{ id: 'abc-f16', name: 'mine.pt', bytes: 100, dtype: 'f16', from: ['mine.pt'], keptAt: 1 },
  ...{ identity: 'aaaaaaaa11111111', originIdentity: 'bbbbbbbb11111111' },
};

function libraryWith(models: readonly StoredModel[], patch: Partial<ModelLibrary> = {}) {
  const overview = { models, unfinished: [], isPersistent: false };
  return { ...fakeLibrary(), overview: () => Promise.resolve(overview), ...patch };
}

describe('files that are no model yet', () => {
  it('wait, say what for, and are put together with what comes', async () => {
    const { state } = setUp({ library: parts });
    await state().start();
    await state().openFiles([file('shard 1')]);
    expect(state().opening).toMatchObject({
      status: 'waiting',
      sentences: ['Waiting for the other shard.'],
    });
    expect(state().source.kind).toBe('manifest');
    await state().openFiles([file('shard 2')]);
    expect(state()).toMatchObject({ opening: null, model: { name: 'shard 1' } });
  });

  it('join the model in use where they belong to one', async () => {
    const { state } = setUp({ library: parts });
    await state().start();
    await state().openFiles([file('whole')]);
    await state().openFiles([file('vae')]);
    const { source } = state();
    expect(source.kind === 'files' && source.files.map(({ name }) => name)).toEqual([
      'whole',
      'vae',
    ]);
  });

  it('can be let go of', async () => {
    const { state } = setUp({ library: parts });
    await state().start();
    await state().openFiles([file('shard 1')]);
    state().dropOpening();
    await state().openFiles([file('shard 2')]);
    expect(state().opening).toMatchObject({ status: 'waiting', files: [{ name: 'shard 2' }] });
  });

  it('are loaded once the engine is there', async () => {
    const { state } = setUp();
    await state().openFiles([file('early.pt')]);
    expect(state().opening).toEqual({ status: 'queued', name: 'early.pt', behind: 'engine' });
    await state().start();
    expect(state()).toMatchObject({ opening: null, model: { name: 'early.pt' } });
  });

  it('are loaded once the engine has started again after it was lost', async () => {
    const { state, engines } = setUp();
    await state().start();
    engines[0].loseDevice();
    await engines[0].lost;
    await state().openFiles([file('late.pt')]);
    expect(state()).toMatchObject({ engine: { status: 'lost' }, opening: { status: 'queued' } });
    await state().start();
    expect(state()).toMatchObject({ opening: null, model: { name: 'late.pt' } });
  });

  it('that can not be used are named, and what was waiting goes on waiting', async () => {
    const error = new DyditError('checkpoint-unsupported', 'This is a UNet.', 'Use a DiT.');
    const library = fakeLibrary({
      inspect: (names) =>
        names.includes('unet')
          ? {
              ...nothing,
              waiting: names.includes('shard 1') ? ['Waiting for the other shard.'] : [],
              useless: [names.indexOf('unet')],
              refused: [{ index: names.indexOf('unet'), name: 'unet', error: error.toReport() }],
            }
          : { ...nothing, waiting: ['Waiting for the other shard.'], parts: [0] },
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('shard 1')]);
    await state().openFiles([file('unet')]);
    expect(state().opening).toMatchObject({ status: 'waiting', files: [{ name: 'shard 1' }] });
    expect(state().notice).toMatchObject({
      error: { message: 'unet: This is a UNet.', advice: 'Use a DiT.' },
    });
  });
});

describe('what is told of files while the engine starts', () => {
  it.each([false, true])('is still to be read once it has; first picture: %s', async (live) => {
    const hold = gate();
    const refused = new DyditError('checkpoint-unsupported', 'This is a UNet.', 'Use a DiT.');
    const { state } = setUp({
      preferences: { backend: 'auto', live },
      library: fakeLibrary({ inspect: () => Promise.reject(refused) }),
      unfinished: { ...noUnfinished, read: () => hold.opened.then(() => undefined) },
    });
    const starting = state().start();
    await state().openFiles([file('unet.pt')]);
    const told = { kind: 'error', error: { message: 'This is a UNet.' } };
    expect(state().notice).toMatchObject(told);
    hold.open();
    await starting;
    await expect.poll(() => state().run).toBeNull();
    expect(state().outcomes).toHaveLength(live ? 1 : 0);
    expect(state().notice).toMatchObject(told);
  });
});

describe('what files say and is not used', () => {
  it('is told once the model is loaded, or beside the questions about it', async () => {
    const leftOut = ['The names are left out.'];
    const notice = { kind: 'info', text: 'The names are left out.' };
    for (const questions of [[], asked.questions]) {
      const model = fakeInspected('named.pt', { leftOut, questions });
      const { state } = setUp({ library: fakeLibrary({ inspect: () => modelInspection(model) }) });
      await state().start();
      await state().openFiles([file('named.pt')]);
      expect(state().opening?.status).toBe(questions.length > 0 ? 'asking' : undefined);
      expect(state().notice).toEqual(notice);
    }
  });
});

describe('what files do not say', () => {
  it('is asked, remembered, and the model opened by the answers', async () => {
    const library = fakeLibrary({ inspect: () => modelInspection(asked) });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    expect(state().opening).toMatchObject({ status: 'asking', model: { name: 'heads.pt' } });
    expect(state().source.kind).toBe('manifest');
    const choice = { answers: { numHeads: 6 } };
    await state().answer(choice);
    expect(state()).toMatchObject({ opening: null, source: { kind: 'files', choice } });
    expect(library.remembered.get(asked.filesIdentity)).toEqual(choice);
  });

  it('is not asked twice', async () => {
    const remembered = { answers: { numHeads: 6 } };
    const library = fakeLibrary({ inspect: () => ({ ...modelInspection(asked), remembered }) });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    expect(state().source).toMatchObject({ kind: 'files', choice: remembered });
  });

  it('answers that do not fit are asked anew, with the reason', async () => {
    const problem = { code: 'checkpoint-unsupported', message: 'No.', advice: '' } as const;
    const library = fakeLibrary({
      inspect: (_, choice) => modelInspection(choice ? { ...asked, problem } : asked),
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    await state().answer({ answers: { numHeads: 5 } });
    expect(state()).toMatchObject({
      opening: { status: 'asking', problem },
      source: { kind: 'manifest' },
    });
    expect(library.remembered.size).toBe(0);
  });
});

describe('quick hands', () => {
  it('that press Open before the last answer was looked at are obeyed', async () => {
    const hold = gate();
    let looks = 0;
    const library = fakeLibrary({
      async inspect() {
        looks++;
        if (looks === 3) await hold.opened;
        return modelInspection(asked);
      },
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    const looking = state().reconsider({ answers: { numHeads: 3 } });
    const answering = state().answer({ answers: { numHeads: 6 } });
    await looking;
    hold.open();
    await answering;
    expect(state()).toMatchObject({ opening: null, model: { name: 'heads.pt' } });
  });

  it('that let files go while their answer is remembered are obeyed', async () => {
    const hold = gate();
    const library = fakeLibrary({ inspect: () => modelInspection(asked) });
    const { state } = setUp({ library: { ...library, remember: () => hold.opened } });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    const answering = state().answer({ answers: { numHeads: 6 } });
    // Until the look at them is over: the next is to remember.
    await new Promise((resolve) => setTimeout(resolve));
    state().dropOpening();
    hold.open();
    await answering;
    expect(state()).toMatchObject({ opening: null, source: { kind: 'manifest' } });
  });

  it('that open files while a model is kept see what became of them', async () => {
    const hold = gate();
    const library = libraryWith([], {
      ...fakeLibrary({ inspect: () => modelInspection(asked) }),
      async keep(_, { onProgress } = {}) {
        await hold.opened;
        onProgress?.(0.9);
        return stored;
      },
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    const keeping = state().answer({ answers: { numHeads: 6 } }, 'f16');
    await expect.poll(() => state().opening?.status).toBe('keeping');
    await state().openFiles([file('other.pt')]);
    expect(state().opening?.status).toBe('asking');
    hold.open();
    await expect.poll(() => state().engine.status).toBe('ready');
    expect(state().opening?.status).toBe('asking');
    await keeping;
  });
});

describe('models that the browser keeps', () => {
  it('are kept as asked, with progress, and opened from the store', async () => {
    const hold = gate();
    const library = libraryWith([], {
      inspect: () => Promise.resolve(modelInspection(asked)),
      async keep(_, { onProgress } = {}) {
        onProgress?.(0.5);
        await hold.opened;
        return stored;
      },
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    const answering = state().answer({ answers: { numHeads: 6 } }, 'f16');
    await expect.poll(() => state().opening).toMatchObject({ status: 'keeping', fraction: 0.5 });
    hold.open();
    await answering;
    expect(state()).toMatchObject({ opening: null, source: { kind: 'stored', id: 'abc-f16' } });
  });

  it('where keeping fails or is cancelled, the files can still be used', async () => {
    const full = new DyditError('storage-full', 'No room.', 'Delete a model.');
    const library = libraryWith([], {
      inspect: () => Promise.resolve(modelInspection(asked)),
      keep: () => Promise.reject(full),
    });
    const { state } = setUp({ library });
    await state().start();
    await state().openFiles([file('heads.pt')]);
    await state().answer({ answers: { numHeads: 6 } }, 'f16');
    expect(state()).toMatchObject({
      opening: { status: 'asking' },
      notice: { error: { code: 'storage-full' } },
    });
    await state().answer({ answers: { numHeads: 6 } });
    expect(state().source).toMatchObject({ kind: 'files', name: 'heads.pt' });
  });

  it.each([
    ['model=mine.pt&weights=aaaaaaaa', true],
    ['model=other&weights=bbbbbbbb', true],
    ['model=mine.pt', true],
    ['model=mine.pt&weights=cccccccc', false],
    ['weights=aaaaaaaa', false],
    ['', false],
  ])('a visit by %s opens them: %s', async (query, opens) => {
    const { state } = setUp({ query, library: libraryWith([stored]) });
    await state().start();
    expect(state().source.kind).toBe(opens ? 'stored' : 'manifest');
  });

  it('that are deleted in another tab while they are in use are said to be, once', async () => {
    let news: () => void = () => undefined;
    const shelfNews = {
      tell: () => undefined,
      listen: (onNews: () => void) => void (news = onNews),
    };
    let models = [stored];
    const overview = () => Promise.resolve({ models, unfinished: [], isPersistent: false });
    const library = libraryWith([], { overview });
    const { state } = setUp({ query: 'model=mine.pt', library, shelfNews });
    await state().start();
    expect(state().source.kind).toBe('stored');
    models = [];
    news();
    await expect.poll(() => JSON.stringify(state().notice)).toContain('mine.pt is not kept');
    state().dismissNotice();
    news();
    await state().refreshShelf();
    expect(state().notice).toBeNull();
    expect(state().shelf.overview?.models).toEqual([]);
  });

  it('are shown as they were seen last, also where an earlier look at them takes longer', async () => {
    const hold = gate();
    let looks = 0;
    const overview = async () => {
      const models = looks++ === 0 ? [stored] : [];
      if (models.length > 0) await hold.opened;
      return { models, unfinished: [], isPersistent: false };
    };
    const { state } = setUp({ library: libraryWith([], { overview }) });
    await state().start();
    const looking = state().refreshShelf();
    await state().removeStored(stored.id);
    expect(state().shelf.overview?.models).toEqual([]);
    hold.open();
    await looking;
    expect(state().shelf.overview?.models).toEqual([]);
  });

  it('without a store the page works, and says why nothing is kept', async () => {
    const error = new DyditError('storage-unavailable', 'No place.', 'A private window.');
    const library = libraryWith([], { overview: () => Promise.reject(error) });
    const { state } = setUp({ query: 'model=mine.pt', library });
    await state().start();
    await state().refreshShelf();
    expect(state()).toMatchObject({
      engine: { status: 'ready' },
      shelf: { overview: null, error: { code: 'storage-unavailable' } },
    });
  });
});
