import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome, StripOutcome } from './app-state';
import { fileNameOf, picturesOf } from './pictures-of';
import { linkOf } from './recipe';
import { sideBySide } from './strip-picture';
import { fakeProcessor } from './testing/fake-engine';
import { setUp, type SetUpOptions } from './testing/set-up';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const live = { backend: 'auto', live: true } as const;
const mixed = 'class=cat-face&mix=dog-face:0.4&style=noto&style-mix=twemoji:0.2&seed=7&images=3';

async function start(options: SetUpOptions = {}) {
  const world = setUp({ query: `${mixed}&draw=off`, ...options });
  await world.state().start();
  const firstStrip = (): StripOutcome => {
    const [outcome] = world.state().outcomes;
    if (outcome.kind !== 'strip') throw new Error('There is no strip.');
    return outcome;
  };
  return { ...world, firstStrip };
}

describe('a strip', () => {
  it('goes from one thing and style to the others, with one seed', async () => {
    const { state, engines } = await start();
    await state().strip();
    const requests = engines[0]?.requests ?? [];
    expect(requests.map(({ seed, images }) => [seed, images])).toEqual(Array(5).fill([7, 1]));
    expect(requests.map(({ labels }) => labels)).toEqual([
      [{ classId: 0, styleId: 0, weight: 1 }],
      [
        { classId: 0, styleId: 0, weight: 0.5625 },
        { classId: 0, styleId: 2, weight: 0.1875 },
        { classId: 1, styleId: 0, weight: 0.1875 },
        { classId: 1, styleId: 2, weight: 0.0625 },
      ],
      expect.arrayContaining([{ classId: 0, styleId: 0, weight: 0.25 }]),
      expect.arrayContaining([{ classId: 1, styleId: 2, weight: 0.5625 }]),
      [{ classId: 1, styleId: 2, weight: 1 }],
    ]);
  });

  it('tells how far it is, and shows what is finished', async () => {
    const { state, store } = await start();
    const places = new Map<number, number>();
    store.subscribe(({ run }) => {
      if (run?.place) places.set(run.place.index, run.previews.length);
    });
    await state().strip();
    expect([...places]).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(state().run).toBeNull();
  });

  it('has pictures that can each be made alone, and named', async () => {
    const { state, engines, firstStrip } = await start();
    await state().strip();
    const strip = firstStrip();
    const made = picturesOf(strip);
    expect(made.map(({ settings }) => fileNameOf(settings, strip.model))).toEqual([
      'cat-face-Noto-7.png',
      'cat-face-75-dog-face-25-Noto-75-Twemoji-25-7.png',
      'cat-face-50-dog-face-50-Noto-50-Twemoji-50-7.png',
      'cat-face-25-dog-face-75-Noto-25-Twemoji-75-7.png',
      'dog-face-Twemoji-7.png',
    ]);
    state().reuse(strip, made[1].settings);
    await state().generate();
    expect(engines[0]?.requests.at(-1)).toMatchObject({
      ...engines[0]?.requests[1],
      preview: 'auto',
    });
  });

  it('keeps the seed for the pictures, and the share in use', async () => {
    const { state } = await start();
    await state().strip();
    expect(state().settings).toMatchObject({ mix: { share: 0.4 }, images: 3, seed: 7 });
    await state().generate();
    expect(state().outcomes.map(({ kind, settings }) => [kind, settings.seed])).toEqual([
      ['pictures', 7],
      ['strip', 7],
    ]);
  });

  it('is an entry of the history, and an address, of its own', async () => {
    const kept: Outcome[] = [];
    const { state, addressBar, firstStrip } = await start({ kept });
    await state().strip();
    const strip = firstStrip();
    expect(addressBar.read()).toBe(linkOf(strip));
    expect(linkOf(strip)).toContain('mix=dog-face:0.5');
    expect(linkOf(strip)).toContain('run=strip');
    await state().generate();
    addressBar.go(-1);
    expect(state().shownId).toBe(strip.id);
    const again = setUp({ query: linkOf(strip), kept });
    await again.state().start();
    const shown = again.state().outcomes.find(({ id }) => id === again.state().shownId);
    expect(shown?.kind).toBe('strip');
  });

  it('is one picture too, side by side on white', () => {
    const dot = (red: number) => ({
      width: 32,
      height: 1,
      rgba: new Uint8ClampedArray(128).fill(red),
    });
    const strip = sideBySide([dot(10), dot(20)]);
    expect([strip.width, strip.height]).toEqual([66, 1]);
    const reds = Array.from({ length: 66 }, (_, x) => strip.rgba[x * 4]);
    const run = (length: number, red: number) => Array.from({ length }, () => red);
    expect(reds).toEqual([...run(32, 10), ...run(2, 255), ...run(32, 20)]);
  });
});

describe('a link of a strip', () => {
  const query = `${mixed}&run=strip`;

  it('draws it by itself where that is quick', async () => {
    const { state, addressBar, firstStrip } = await start({ query, preferences: live });
    await vi.advanceTimersByTimeAsync(0);
    expect(firstStrip().cause).toBe('first');
    expect(addressBar.read()).toBe(linkOf(firstStrip()));
    expect(state().notice).toBeNull();
  });

  it.each([
    ['the machine is slow', { preferences: live, machine: { ...fakeProcessor, linearGflops: 5 } }],
    ['Live is off', {}],
  ])('says how to draw it where %s', async (_, options) => {
    const { state, engines } = await start({ query, ...options });
    await vi.advanceTimersByTimeAsync(1000);
    expect(engines[0]?.requests).toEqual([]);
    const { notice } = state();
    expect(notice?.kind === 'info' && notice.text).toContain('strip');
  });
});
