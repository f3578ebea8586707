import { describe, expect, it } from 'vitest';
import { DyditError } from '../../errors';
import type { LibraryInspection } from '../../engine/models/library';
import { fakeInspected, fakeLibrary, modelInspection } from '../testing/fake-library';
import { gate, setUp } from '../testing/set-up';
import type { WaitingFiles, WaitingStore } from './waiting-store';

/** What a browser keeps from one life of a page to the next. */
function memory(): WaitingStore & { readonly kept: () => WaitingFiles | undefined } {
  let kept: WaitingFiles | undefined;
  return {
    kept: () => kept,
    read: () => Promise.resolve(kept),
    write: (waiting) => {
      kept = waiting;
      return Promise.resolve(true);
    },
    clear: () => Promise.resolve(void (kept = undefined)),
  };
}

/** A VAE waits for its model; a model asks a question. */
function inspect(names: readonly string[]): LibraryInspection {
  const asked = modelInspection(
    fakeInspected('model.pt', {
      questions: [{ id: 'numHeads', text: 'Heads?', open: true, options: [] }],
    }),
  );
  if (names.includes('model.pt')) return asked;
  return { ...asked, model: undefined, waiting: ['Waiting for the model.'] };
}

const library = () => fakeLibrary({ inspect });

function nameless(opening: ReturnType<ReturnType<typeof setUp>['state']>['opening']) {
  return opening && 'files' in opening
    ? { status: opening.status, names: opening.files.map(({ name }) => name) }
    : opening;
}

describe('files', () => {
  it.each([
    ['for their model', 'vae.pt', 'waiting'],
    ['for an answer', 'model.pt', 'asking'],
  ])('that wait %s are there after a reload', async (_, name, status) => {
    const waiting = memory();
    const before = setUp({ waiting, library: library() });
    await before.state().start();
    await before.state().openFiles([new File(['w'], name)]);
    expect(before.state().opening?.status).toBe(status);
    expect(before.asksBeforeLeaving()).toBe(false);

    const { state } = setUp({ waiting, library: library() });
    await Promise.all([state().start(), state().restoreWaiting()]);
    expect(nameless(state().opening)).toEqual({ status, names: [name] });
    state().dropOpening();
    expect(waiting.kept()).toBeUndefined();
  });

  it('that wait are there after a reload, also where a slow disk lets the address ask first', async () => {
    const waiting = memory();
    const url = 'https://example.org/model.pt';
    await waiting.write({ files: [new File(['w'], 'vae.pt')], lost: [] });
    const hold = gate();
    const read = async () => {
      const kept = await waiting.read();
      await hold.opened;
      return kept;
    };
    const query = `model=${encodeURIComponent(url)}`;
    const { state } = setUp({ query, waiting: { ...waiting, read }, library: library() });
    const restoring = state().restoreWaiting();
    await state().start();
    expect(state().opening).toEqual({ status: 'confirming', url });
    hold.open();
    await restoring;
    expect(nameless(state().opening)).toEqual({ status: 'waiting', names: ['vae.pt'] });
    expect(waiting.kept()?.files).toHaveLength(1);
  });

  it('that were fetched keep their address', async () => {
    const waiting = memory();
    const url = 'https://example.org/model.pt';
    const fetching = () => ({
      ...library(),
      fetch: () => Promise.resolve([new File(['w'], 'model.pt')]),
    });
    const before = setUp({ waiting, library: fetching() });
    await before.state().start();
    await before.state().openAddress(url);
    const { state } = setUp({ waiting, library: library() });
    await state().restoreWaiting();
    expect(state().opening).toMatchObject({ status: 'asking', address: url });
  });

  it('that are too large to be copied: the browser asks, and the next page says so', async () => {
    const waiting = memory();
    const huge = new File(['w'], 'huge.pt');
    Object.defineProperty(huge, 'size', { value: 3e9 });
    const before = setUp({ waiting, library: library() });
    await before.state().start();
    await before.state().openFiles([huge, new File(['w'], 'vae.pt')]);
    expect(before.asksBeforeLeaving()).toBe(true);

    const { state } = setUp({ waiting, library: library() });
    await state().restoreWaiting();
    expect(nameless(state().opening)).toEqual({ status: 'waiting', names: ['vae.pt'] });
    expect(state().notice).toMatchObject({
      text: 'huge.pt is too large to be kept over a reload: drop it again.',
    });
    before.state().dropOpening();
    expect(before.asksBeforeLeaving()).toBe(false);
  });

  it('that the browser has no room for: it asks before they are left', async () => {
    const waiting = { ...memory(), write: () => Promise.resolve(false) };
    const { state, asksBeforeLeaving } = setUp({ waiting, library: library() });
    await state().start();
    await state().openFiles([new File(['w'], 'vae.pt')]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(asksBeforeLeaving()).toBe(true);
    state().dropOpening();
    expect(asksBeforeLeaving()).toBe(false);
  });

  it('that wait are joined by what is fetched, and stay where that fails or is given up', async () => {
    const answers: (() => Promise<readonly File[]>)[] = [
      () => Promise.reject(new DyditError('network-failed', 'Gone.')),
      () => new Promise(() => undefined),
      () => Promise.resolve([new File(['w'], 'model.pt')]),
    ];
    const { state } = setUp({
      library: {
        ...library(),
        fetch: () => answers.shift()?.() ?? Promise.reject(new Error('Asked too often.')),
      },
    });
    await state().start();
    await state().openFiles([new File(['w'], 'vae.pt')]);
    const url = 'https://example.org/model.pt';
    await state().openAddress(url);
    expect(nameless(state().opening)).toEqual({ status: 'waiting', names: ['vae.pt'] });
    void state().openAddress(url);
    await expect.poll(() => state().opening?.status).toBe('fetching');
    state().dropOpening();
    expect(nameless(state().opening)).toEqual({ status: 'waiting', names: ['vae.pt'] });
    await state().openAddress(url);
    expect(nameless(state().opening)).toEqual({ status: 'asking', names: ['vae.pt', 'model.pt'] });
  });
});
