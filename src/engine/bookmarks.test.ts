import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DyditError } from '../errors';
import type { Bookmark, GenerateRequest, Picture, SamplerName } from './api';
import { generate } from './generate';
import { PictureDecoder } from './picture-decoder';
import {
  type MockItem,
  MockNetwork,
  mockConfig,
  type MockNetworkOptions,
} from './testing/mock-network';
import { watchedBackend } from './testing/watched-backend';

const request: GenerateRequest = {
  sampler: 'flow-euler',
  steps: 5,
  guidance: 1,
  guidanceChannels: 'all',
  seed: 7,
  images: 2,
  labels: [{ classId: 0, weight: 1 }],
  variation: 0,
  budget: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'off',
};

/** Depends on everything that a network may depend on. */
const predict = ({ evaluation, latent, networkTime, item }: MockItem) =>
  Array.from({ length: 2 * latent.length }, (_, i) =>
    Math.sin(3 * latent[i % latent.length] + evaluation + networkTime / 300 + item),
  );
const predictVelocity = (at: MockItem) => predict(at).slice(0, at.latent.length);

/** Which tokens are kept differs from one evaluation to the next. */
const kept = (evaluation: number, gates: number) =>
  Uint32Array.from({ length: gates }, (_, i) => Number((i * 7 + evaluation) % 3 > 0));

function modelFor(sampler: SamplerName, options: Partial<MockNetworkOptions> = {}) {
  const { backend } = watchedBackend();
  const isEpsilon = sampler === 'ddpm' || sampler === 'ddim';
  const config = isEpsilon
    ? { ...mockConfig, objective: 'epsilon' as const, learnSigma: true }
    : mockConfig;
  const gates = config.depth * request.images * config.inputSize ** 2;
  const dit = new MockNetwork(backend, {
    config,
    predict: isEpsilon ? predict : predictVelocity,
    ...options,
    onEvaluate(evaluation) {
      vi.advanceTimersByTime(1100);
      options.onEvaluate?.(evaluation);
    },
  });
  return { info: {}, dit, pictures: new PictureDecoder(backend, config), gates };
}

const bytes = (pictures: readonly Picture[]) => pictures.map(({ rgba }) => [...rgba]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run that goes on', () => {
  it.each(['flow-euler', 'flow-heun', 'flow-jumps', 'ddpm', 'ddim'] as const)(
    'from any bookmark of %s makes the same pictures and counts the same work',
    async (sampler) => {
      const asked = { ...request, sampler };
      const bookmarks: Bookmark[] = [];
      const model = () => {
        const { gates, ...made } = modelFor(sampler, { kept: (e) => kept(e, gates) });
        return made;
      };
      const whole = await generate(model(), asked, { onBookmark: (one) => bookmarks.push(one) });
      expect(bookmarks.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
      for (const from of bookmarks) {
        let last = from;
        const rest = await generate(model(), asked, {
          from,
          onBookmark: (bookmark) => (last = bookmark),
        });
        // The reference backend keeps f64 where a bookmark has f32.
        for (const [i, value] of last.latent.entries()) {
          const expected = bookmarks[4].latent[i];
          expect(Math.abs(value - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
        }
        expect(bytes(rest.pictures)).toEqual(bytes(whole.pictures));
        expect(rest.statistics.record).toEqual(whole.statistics.record);
        expect(rest.statistics.multiplyAdds).toEqual(whole.statistics.multiplyAdds);
        expect(rest.statistics.shares).toEqual(whole.statistics.shares);
        expect(rest.statistics.stepMs).toHaveLength(5);
        expect(rest.statistics.stepMs.slice(0, from.step)).toEqual(from.stepMs);
        expect(rest.statistics.totalMs).toBeGreaterThanOrEqual(from.elapsedMs);
      }
    },
  );

  it('after a device was lost asks the network for nothing that was done', async () => {
    const lost = new DyditError('device-lost', 'It is gone.');
    const { dit, pictures } = modelFor('flow-euler', {
      onEvaluate(evaluation) {
        if (evaluation === 3) throw lost;
      },
    });
    let from: Bookmark | undefined;
    const keep = (bookmark: Bookmark) => (from = bookmark);
    await expect(generate({ info: {}, dit, pictures }, request, { onBookmark: keep })).rejects.toBe(
      lost,
    );
    const evaluated: number[] = [];
    const steps: number[] = [];
    const other = modelFor('flow-euler', { onEvaluate: (e) => evaluated.push(e) });
    const rest = await generate(other, request, {
      from,
      onStep: ({ step }) => steps.push(step),
    });
    const first = from?.step ?? 0;
    expect(first).toBeGreaterThanOrEqual(2);
    expect(evaluated).toEqual([0, 1, 2, 3, 4].slice(first));
    expect(steps.slice(0, 5 - first)).toEqual([1, 2, 3, 4, 5].slice(first));
    const whole = await generate(modelFor('flow-euler'), request, {});
    expect(bytes(rest.pictures)).toEqual(bytes(whole.pictures));
  });

  it('while it was decoding decodes what is missing, and nothing twice', async () => {
    const full = new DyditError('out-of-memory', 'It is full.');
    const decoded: number[] = [];
    const decode = (failing: boolean) =>
      new PictureDecoder(watchedBackend().backend, mockConfig, {
        vae: {
          multiplyAdds: () => 0,
          decode(_latent, image) {
            if (failing && image === 1) return Promise.reject(full);
            decoded.push(image);
            return Promise.resolve({
              ...{ width: 1, height: 1 },
              rgba: Uint8ClampedArray.of(image, 0, 0, 255),
            });
          },
        },
      });
    const { dit } = modelFor('flow-euler');
    const finished = new Map<number, Picture>();
    let from: Bookmark | undefined;
    await expect(
      generate({ info: {}, dit, pictures: decode(true) }, request, {
        onBookmark: (bookmark) => (from = bookmark),
        onPicture: (index, picture) => finished.set(index, picture),
      }),
    ).rejects.toBe(full);
    expect(from?.step).toBe(5);
    expect([...finished.keys()]).toEqual([0]);
    if (!from) expect.fail('There is no bookmark.');
    const again = { info: {}, dit: modelFor('flow-euler').dit, pictures: decode(false) };
    const rest = await generate(again, request, { from: { ...from, pictures: finished } });
    expect(decoded).toEqual([0, 1]);
    expect(rest.pictures.map(({ rgba }) => rgba[0])).toEqual([0, 1]);
  });

  it('does not go on from the bookmark of another run', async () => {
    const bookmarks: Bookmark[] = [];
    await generate(modelFor('flow-euler'), request, {
      onBookmark: (one) => bookmarks.push(one),
    });
    const [from] = bookmarks;
    for (const other of [{ images: 3 }, { steps: 1 }]) {
      const late = { ...from, step: 4 };
      await expect(
        generate(modelFor('flow-euler'), { ...request, ...other }, { from: late }),
      ).rejects.toMatchObject({ code: 'invalid-request' });
    }
  });
});

describe('bookmarks', () => {
  it('are made once a second, and at the end', async () => {
    const steps: number[] = [];
    const { backend } = watchedBackend();
    const dit = new MockNetwork(backend, {
      predict: predictVelocity,
      onEvaluate: () => vi.advanceTimersByTime(400),
    });
    await generate(
      { info: {}, dit, pictures: new PictureDecoder(backend, mockConfig) },
      { ...request, steps: 8 },
      { onBookmark: ({ step }) => steps.push(step) },
    );
    expect(steps).toEqual([3, 6, 8]);
  });

  it('are not made where nobody wants them', async () => {
    const read = vi.fn();
    const { backend } = watchedBackend();
    const [lane] = backend.lanes;
    const spied = {
      ...backend,
      lanes: [
        {
          ...lane,
          readFloats: (...asked: Parameters<typeof lane.readFloats>) => {
            read();
            return lane.readFloats(...asked);
          },
        },
      ],
    };
    const dit = new MockNetwork(spied, { predict: predictVelocity });
    const pictures = new PictureDecoder(backend, mockConfig);
    await generate({ info: {}, dit, pictures }, { ...request, steps: 2, images: 1 }, {});
    // Twice by the mock's evaluations, once by each picture.
    const unwatched = read.mock.calls.length;
    await generate(
      { info: {}, dit, pictures },
      { ...request, steps: 2, images: 1 },
      {
        onBookmark: () => undefined,
      },
    );
    expect(read.mock.calls.length - unwatched).toBe(unwatched + 1);
  });
});
