import { BlobReader, ZipReader } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { describe, expect, it, vi } from 'vitest';
import type { Outcome } from './app-state';
import { zipOfPictures } from './history-zip';
import { gate, seeds, setUp } from './testing/set-up';

describe('the history', () => {
  it('survives a reload, and the run of the address is shown', async () => {
    const kept: Outcome[] = [];
    const before = setUp({ query: 'seed=7', kept });
    await before.state().start();
    await before.state().generate();
    await before.state().generate();
    const query = before.addressBar.read();
    const after = setUp({ query, kept });
    await after.state().start();
    const { outcomes, shownId } = after.state();
    expect(outcomes.map(({ settings }) => settings.seed)).toEqual([101, 7]);
    expect(outcomes.find(({ id }) => id === shownId)?.settings.seed).toBe(101);
    await after.state().generate();
    const ids = after.state().outcomes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('gives settings back also while the model is still loading', async () => {
    const kept: Outcome[] = [];
    const before = setUp({ query: 'seed=7', kept });
    await before.state().start();
    await before.state().generate();
    const hold = gate();
    const { state } = setUp({ query: 'seed=11', kept, wait: () => hold.opened });
    const starting = state().start();
    await vi.waitUntil(() => state().outcomes.length > 0);
    state().reuse(state().outcomes[0]);
    hold.open();
    await starting;
    expect(state().settings?.seed).toBe(7);
  });

  it('has a limit, in the store too', async () => {
    const kept: Outcome[] = [];
    const { state } = setUp({ kept });
    await state().start();
    for (let run = 0; run < 10; run++) await state().generate();
    expect(state().outcomes).toHaveLength(8);
    expect(kept.map(({ settings }) => settings.seed)).toEqual(
      state().outcomes.map(({ settings }) => settings.seed),
    );
  });

  it('is gone when it is cleared', async () => {
    const kept: Outcome[] = [];
    const { state } = setUp({ kept });
    await state().start();
    await state().generate();
    await state().clearHistory();
    expect(state()).toMatchObject({ outcomes: [], shownId: null });
    expect(kept).toEqual([]);
  });

  it('that another tab has made stays when this one is cleared', async () => {
    const kept: Outcome[] = [];
    const [one, other] = [setUp({ query: 'seed=7', kept }), setUp({ query: 'seed=8', kept })];
    for (const { state } of [one, other]) await state().start();
    for (const { state } of [one, other]) await state().generate();
    await one.state().clearHistory();
    expect(seeds(kept)).toEqual([8]);
    expect(seeds(other.state().outcomes)).toEqual([8]);
  });

  it('that finds no room is said at each run, stays on the page, and is kept once there is some', async () => {
    const kept: Outcome[] = [];
    let full = true;
    const { state } = setUp({ query: 'seed=7', kept, isFull: () => full });
    await state().start();
    await state().generate();
    const told = { kind: 'error', error: { code: 'storage-full' } };
    await expect.poll(() => state().notice).toMatchObject(told);
    expect(seeds(state().outcomes)).toEqual([7]);
    await state().generate();
    await expect.poll(() => state().notice).toMatchObject(told);
    expect(state().outcomes).toHaveLength(2);
    expect(kept).toEqual([]);
    full = false;
    await state().generate();
    const listed = seeds(state().outcomes).toSorted((a, b) => a - b);
    await expect.poll(() => seeds(kept).toSorted((a, b) => a - b)).toEqual(listed);
    expect(listed).toHaveLength(3);
    expect(state().notice).toBeNull();
  });

  it('is one archive, with each picture of each run', async () => {
    const { state } = setUp({ query: 'seed=7&images=2' });
    await state().start();
    await state().generate();
    await state().compare();
    const archive = new ZipReader(new BlobReader(await zipOfPictures(state().outcomes)));
    const names = (await archive.getEntries()).map(({ filename }) => filename);
    expect(names).toEqual([
      '1-cat-face-Noto-7.png',
      '1-cat-face-Noto-8.png',
      '2-static-cat-face-Noto-7.png',
      '2-dynamic-cat-face-Noto-7.png',
      '2-static-cat-face-Noto-8.png',
      '2-dynamic-cat-face-Noto-8.png',
    ]);
  });
});

describe('saving', () => {
  it('that fails is said, with the reason', async () => {
    const { state } = setUp();
    await state().start();
    const gone = () => Promise.reject(new TypeError('Failed to fetch a part of the page.'));
    expect(await state().save(gone)).toBe(false);
    expect(state().notice).toMatchObject({ kind: 'error', error: { code: 'internal' } });
    expect(JSON.stringify(state().notice)).toContain('Failed to fetch');
    expect(await state().save(() => Promise.resolve())).toBe(true);
  });
});
