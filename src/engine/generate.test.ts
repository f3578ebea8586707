import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { fillNormal, LATENT_STREAM, stepStream } from '../sampler/normal';
import { respacedSchedule } from '../sampler/schedule';
import type { GenerateRequest, StepEvent } from './api';
import { generate } from './generate';
import { PictureDecoder } from './picture-decoder';
import { MockNetwork, mockConfig, type MockNetworkOptions } from './testing/mock-network';
import { watchedBackend } from './testing/watched-backend';

const size = mockConfig.inChannels * mockConfig.inputSize ** 2;
const pixels = mockConfig.inputSize ** 2;

const request: GenerateRequest = {
  sampler: 'flow-euler',
  steps: 5,
  guidance: 1,
  guidanceChannels: 'all',
  seed: 7,
  images: 1,
  labels: [{ classId: 0, weight: 1 }],
  variation: 0,
  budget: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'off',
};

/** A model whose network is a formula and whose pictures are its latents. */
function modelOf(options: MockNetworkOptions, onGuarded?: (what: string) => void) {
  const { backend, liveCount } = watchedBackend({ onGuarded });
  const dit = new MockNetwork(backend, options);
  return {
    model: { info: {}, dit, pictures: new PictureDecoder(backend, dit.config) },
    dit,
    liveCount,
  };
}

function normals(seed: number, stream: number): Float32Array {
  const out = new Float32Array(size);
  fillNormal(out, seed, stream);
  return out;
}

/** The picture of a latent: channels 0 to 2 as colours, 3 standard deviations from black to white. */
function view(latent: ArrayLike<number>): number[] {
  return Array.from({ length: pixels * 4 }, (_, i) => {
    const channel = i % 4;
    if (channel === 3) return 255;
    return new Uint8ClampedArray([127.5 + 42.5 * latent[channel * pixels + (i >> 2)]])[0];
  });
}

const still = () => new Float32Array(size);

describe('previews', () => {
  it('are made by a decoder of their own where there is one', async () => {
    const { model } = modelOf({ predict: still });
    const own = [{ width: 1, height: 1, rgba: Uint8ClampedArray.of(1, 2, 3, 4) }];
    const previews = { costMs: 0, decode: () => Promise.resolve(own) };
    const shown: unknown[] = [];
    const asked = { ...request, preview: 'auto' } as const;
    const { pictures } = await generate({ ...model, previews }, asked, {
      onPreview: (made) => shown.push(made),
    });
    expect(shown.length).toBeGreaterThan(0);
    expect(new Set(shown)).toEqual(new Set([own]));
    expect(pictures).not.toEqual(own);
  });
});

describe('a run', () => {
  it('starts from the noise of seed + k, alone as in a batch', async () => {
    const { model } = modelOf({ predict: still });
    const batch = await generate(model, { ...request, seed: 2 ** 32 - 1, images: 3 }, {});
    for (const [k, seed] of [2 ** 32 - 1, 0, 1].entries()) {
      const alone = await generate(model, { ...request, seed }, {});
      expect([...batch.pictures[k].rgba]).toEqual(view(normals(seed, LATENT_STREAM)));
      expect([...alone.pictures[0].rgba]).toEqual([...batch.pictures[k].rgba]);
    }
  });

  it('draws the noise of each step from its own stream', async () => {
    // An epsilon that explains the whole latent leaves 0 for the clean one, so that each step but
    // the last shrinks the latent by a known factor before it adds its noise.
    const levels = respacedSchedule(3).toReversed();
    const { model } = modelOf({
      config: { ...mockConfig, objective: 'epsilon', learnSigma: true },
      predict: ({ evaluation, latent }) => {
        const isLast = evaluation === 2;
        const deviation = isLast ? Infinity : Math.sqrt(1 - levels[evaluation].alphaBar);
        // v = 1 takes the larger variance, beta.
        return [...latent.map((x) => x / deviation), ...latent.map(() => 1)];
      },
    });
    const { pictures } = await generate(model, { ...request, sampler: 'ddpm', steps: 3 }, {});
    let latent = [...normals(7, LATENT_STREAM)];
    for (const [step, { beta, alphaBar, previousAlphaBar }] of levels.slice(0, 2).entries()) {
      const noise = normals(7, stepStream(step));
      const factor = ((1 - previousAlphaBar) * Math.sqrt(1 - beta)) / (1 - alphaBar);
      latent = latent.map((x, i) => factor * x + Math.sqrt(beta) * noise[i]);
    }
    // The last step, told that there is no noise, gives the clean latent as it is.
    latent = latent.map((x) => x / Math.sqrt(levels[2].alphaBar));
    for (const [i, byte] of view(latent).entries()) {
      expect(Math.abs(pictures[0].rgba[i] - byte)).toBeLessThanOrEqual(1);
    }
  });

  it('in jumps tells the network both ends of every step, and moves by what it says', async () => {
    const seen: (readonly [number, number])[] = [];
    const { model, dit } = modelOf({
      config: { ...mockConfig, conditions: 1, conditionNames: ['guidance'], jumpBlocks: 1 },
      predict: ({ evaluation, networkTime }) => {
        const { networkEnds = [] } = dit.prepared[0];
        seen.push([networkTime, networkEnds[evaluation]]);
        return new Float32Array(size).fill(1.5);
      },
    });
    const jumps = { sampler: 'flow-jumps', steps: 4, guidance: 3, budget: -1.5 } as const;
    const { pictures, statistics } = await generate(model, { ...request, ...jumps }, {});
    expect(seen).toEqual([
      [0, 250],
      [250, 500],
      [500, 750],
      [750, 1000],
    ]);
    const end = normals(7, LATENT_STREAM).map((x) => x + 1.5);
    expect([...pictures[0].rgba]).toEqual(view(end));
    expect(statistics.record.evaluations).toBe(4);
    expect(dit.prepared[0]).toMatchObject({ guided: false, inputs: [[2]], routerShift: -1.5 });
  });

  it('asks for the network that was asked of it', async () => {
    const { model, dit } = modelOf({ predict: still });
    const cat = { classId: 3, styleId: 1, weight: 1 };
    const wanted = { images: 2, guidance: 2, dynamicWidth: false, labels: [cat] };
    await generate(model, { ...request, ...wanted }, {});
    expect(dit.prepared[0]).toMatchObject({
      latentItems: 2,
      labels: [[cat], [cat]],
      guided: true,
      networkTimes: [0, 200, 400, 600, 800],
      dynamicWidth: false,
      dynamicTokens: true,
    });
  });

  it('adds up what it did, and the device’s time by steps', async () => {
    const { model } = modelOf({
      predict: still,
      kept: (evaluation) => Uint32Array.from({ length: 8 }, (_, i) => (i <= evaluation ? 1 : 0)),
    });
    const { statistics } = await generate(
      model,
      { ...request, sampler: 'flow-heun', steps: 3 },
      {},
    );
    // Evaluation e keeps e + 1 of 8 and takes e + 1 ms; Heun's steps take two, two and one.
    expect(statistics.multiplyAdds).toEqual({ done: 15, static: 5 * 16 });
    expect(statistics.shares.tokens).toBe(15 / 40);
    expect(statistics.deviceStepMs).toEqual([1 + 2, 3 + 4, 5]);
    expect(statistics.stepMs).toHaveLength(3);
  });

  it('tells of every step and picture', async () => {
    const { model } = modelOf({ predict: still });
    const events: Pick<StepEvent, 'step' | 'stage'>[] = [];
    await generate(
      model,
      { ...request, steps: 2, images: 2 },
      {
        onStep: ({ step, stage }) => events.push({ step, stage }),
      },
    );
    expect(events).toEqual([
      { step: 1, stage: 'sampling' },
      { step: 2, stage: 'sampling' },
      { step: 2, stage: 'decoding' },
      { step: 2, stage: 'decoding' },
    ]);
  });
});

describe('memory', () => {
  it('is free again after a run, one that failed, and one that was cancelled', async () => {
    const done = modelOf({ predict: still });
    await generate(done.model, { ...request, guidance: 2 }, {});
    expect(done.liveCount()).toBe(0);

    const broken = modelOf({ predict: () => new Float32Array(size).fill(Infinity) });
    await expect(generate(broken.model, request, {})).rejects.toMatchObject({ code: 'not-finite' });
    expect(broken.liveCount()).toBe(0);

    const full = modelOf({ predict: still }, (what) => {
      if (what === 'preparing the run') throw new DyditError('out-of-memory', 'It is full.');
    });
    await expect(generate(full.model, request, {})).rejects.toMatchObject({
      code: 'out-of-memory',
    });
    await expect.poll(() => full.liveCount()).toBe(0);

    const abort = new AbortController();
    const cancelled = modelOf({
      predict: still,
      onEvaluate: (evaluation) => {
        if (evaluation === 2) abort.abort();
      },
    });
    await expect(
      generate(cancelled.model, request, { signal: abort.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(cancelled.liveCount()).toBe(0);
  });
});
