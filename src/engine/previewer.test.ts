import { describe, expect, it } from 'vitest';
import type { Storage } from '../backend/backend';
import { denseFloats } from '../ops/tensor';
import type { Picture } from './api';
import { Previewer, type PreviewerOptions } from './previewer';

const clean: Storage = { spec: denseFloats(1, 1), destroy: () => undefined };
const picture: Picture = { width: 1, height: 1, rgba: Uint8ClampedArray.of(1, 2, 3, 255) };

interface Scene {
  /** Time that has gone into sampling. */
  samplingMs: number;
  /** What a picture costs. */
  costMs: number;
}

function scene(
  state: Scene,
  patch: {
    readonly preview?: 'auto' | 'off';
    readonly decode?: PreviewerOptions['pictures']['decode'];
  } = {},
): { previewer: Previewer; shown: (readonly Picture[])[] } {
  const shown: (readonly Picture[])[] = [];
  const previewer = new Previewer({
    pictures: {
      get costMs() {
        return state.costMs;
      },
      decode: patch.decode ?? (() => Promise.resolve([picture, picture])),
    },
    request: { images: 2, steps: 10, preview: patch.preview ?? 'auto' },
    options: { onPreview: (pictures) => shown.push(pictures) },
    clock: { samplingMs: () => state.samplingMs },
  });
  return { previewer, shown };
}

describe('live previews', () => {
  it('cost at most a fifth of the sampling so far', () => {
    const state = { samplingMs: 99, costMs: 10 };
    const { previewer } = scene(state);
    // Two pictures of 10 ms need 100 ms of sampling.
    expect(previewer.wanted(3)).toBe(false);
    state.samplingMs = 100;
    expect(previewer.wanted(3)).toBe(true);
  });

  it('are not wanted at the first and the last step, nor where they are off', () => {
    const rich = { samplingMs: 1e6, costMs: 1 };
    const { previewer } = scene(rich);
    const wanted = Array.from({ length: 10 }, (_, step) => previewer.wanted(step));
    expect(wanted).toEqual([false, ...Array<boolean>(8).fill(true), false]);
    expect(scene(rich, { preview: 'off' }).previewer.wanted(3)).toBe(false);
  });

  it('come one at a time', async () => {
    let finish: (pictures: readonly Picture[]) => void = () => undefined;
    const { previewer, shown } = scene(
      { samplingMs: 1e9, costMs: 1 },
      { decode: () => new Promise((resolve) => (finish = resolve)) },
    );
    previewer.show(clean);
    expect(previewer.wanted(3)).toBe(false);
    finish([picture]);
    await previewer.finished();
    expect(shown).toEqual([[picture]]);
    expect(previewer.wanted(4)).toBe(true);
  });

  it('that fail are not shown, and the run goes on', async () => {
    const { previewer, shown } = scene(
      { samplingMs: 1e9, costMs: 1 },
      { decode: () => Promise.reject(new Error('no')) },
    );
    previewer.show(clean);
    await previewer.finished();
    expect(shown).toEqual([]);
    expect(previewer.wanted(4)).toBe(true);
  });
});
