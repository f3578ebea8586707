import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineOptions, GenerateRequest, ModelInfo, Picture } from './api';
import { createEngine } from './index';
import { readPng } from './testing/read-png';

/** The whole engine in Node, on the processor, with the weights that come with the page. */

const root = new URL('../../', import.meta.url);
const manifest = new URL('public/models/emoji/manifest.json', root).href;

interface Loaded {
  readonly engine: Engine;
  readonly model: ModelInfo;
  readonly request: GenerateRequest;
}

/** The settings of e2e/make-picture.py, with fewer steps. */
async function load(options: EngineOptions): Promise<Loaded> {
  const engine = await createEngine({ backend: 'wasm', ...options });
  const model = await engine.load({ kind: 'manifest', url: manifest });
  const request: GenerateRequest = {
    sampler: 'flow-euler',
    steps: 2,
    guidance: 2.5,
    guidanceChannels: 'all',
    seed: 7,
    images: 1,
    labels: [
      {
        classId: model.classes.findIndex(({ name }) => name === 'pizza'),
        styleId: model.styles.indexOf('Twemoji'),
        weight: 1,
      },
    ],
    variation: 0,
    budget: 0,
    dynamicWidth: true,
    dynamicTokens: true,
    preview: 'off',
  };
  return { engine, model, request };
}

const bytes = (pictures: readonly Picture[]) => pictures.map(({ rgba }) => Buffer.from(rgba));

let one: Loaded;
let two: Loaded;
beforeAll(async () => {
  one = await load({ threads: 1 });
  two = await load({ threads: 2 });
});
afterAll(() => {
  one.engine.dispose();
  two.engine.dispose();
});

describe('a picture', () => {
  it('is the one that PyTorch makes', async () => {
    const { pictures } = await two.engine.generate({ ...two.request, steps: 4 });
    const [{ width, height, rgba }] = pictures;
    const expected = readPng(await readFile(new URL('e2e/pictures/pizza-twemoji-7.png', root)));
    expect([width, height]).toEqual([expected.width, expected.height]);
    const differences = Array.from(expected.rgb, (value, i) =>
      Math.abs(value - rgba[Math.floor(i / 3) * 4 + (i % 3)]),
    );
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    expect(mean).toBeLessThan(0.5);
    expect(Math.max(...differences)).toBeLessThan(24);
  });

  it('is the same for any number of threads, alone or in a batch, byte for byte', async () => {
    const batch = await one.engine.generate({ ...one.request, images: 3 });
    const byTwo = await two.engine.generate({ ...two.request, images: 3 });
    expect(bytes(byTwo.pictures)).toEqual(bytes(batch.pictures));
    for (const [k, picture] of batch.pictures.entries()) {
      for (const { engine, request } of [one, two]) {
        const alone = await engine.generate({ ...request, seed: 7 + k });
        expect(bytes(alone.pictures)).toEqual(bytes([picture]));
      }
    }
  });

  it.each(['flow-euler', 'flow-heun'] as const)('comes of %s, with previews', async (sampler) => {
    const steps: number[] = [];
    const { engine, request } = one;
    const { pictures, statistics } = await engine.generate(
      { ...request, sampler, steps: 3, preview: 'auto', dynamicTokens: false, guidance: 1 },
      { onStep: ({ step }) => steps.push(step), onPreview: () => undefined },
    );
    expect(pictures).toHaveLength(1);
    expect(steps).toEqual([1, 2, 3, 3]);
    expect(statistics.shares.tokens).toBe(1);
    expect(statistics.multiplyAdds.done).toBeLessThan(statistics.multiplyAdds.static);
    const evaluations = sampler === 'flow-heun' ? 5 : 3;
    expect(statistics.multiplyAdds.static).toBe(evaluations * one.model.cost.evaluation);
  });

  it('does all the work where both toggles are off', async () => {
    const { engine, request } = one;
    const { statistics } = await engine.generate({
      ...request,
      steps: 1,
      dynamicWidth: false,
      dynamicTokens: false,
    });
    expect(statistics.multiplyAdds.done).toBe(statistics.multiplyAdds.static);
    expect(statistics.shares).toEqual({ heads: 1, groups: 1, tokens: 1 });
  });
});

describe('Cancel', () => {
  it('ends a run at once, and the next one goes well', async () => {
    const { engine, request } = two;
    const abort = new AbortController();
    const running = engine.generate(
      { ...request, steps: 1000 },
      {
        signal: abort.signal,
        onStep: ({ step }) => {
          if (step === 2) abort.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.generate({ ...request, steps: 1 })).resolves.toBeDefined();
  });

  it('ends a load, and the model before it stays', async () => {
    const { engine, request } = one;
    const abort = new AbortController();
    const loading = engine.load(
      { kind: 'manifest', url: manifest },
      {
        signal: abort.signal,
        onProgress: ({ stage }) => {
          if (stage === 'upload') abort.abort();
        },
      },
    );
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.generate({ ...request, steps: 1 })).resolves.toBeDefined();
  });
});

describe('an engine that is disposed of', () => {
  it('ends what it is at, and takes no more', async () => {
    const { engine, request } = await load({ threads: 1 });
    const running = engine.generate(
      { ...request, steps: 1000 },
      {
        onStep: ({ step }) => {
          if (step === 1) engine.dispose();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.generate(request)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a model that is not there', () => {
  it('is a failure with a sentence', async () => {
    const url = new URL('public/models/none/manifest.json', root).href;
    await expect(one.engine.load({ kind: 'manifest', url })).rejects.toMatchObject({
      code: 'network-failed',
    });
  });
});
