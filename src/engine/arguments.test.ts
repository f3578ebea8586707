import { describe, expect, it } from 'vitest';
import { assertEngineOptions, assertModelSource, assertRequestShape } from './arguments';
import { defaultRequest } from './default-request';
import { createEngine } from './in-node';
import { encodePng } from './png/encode';
import { mockInfo } from './testing/mock-model';
import { validateRequest } from './validate-request';

/* Callers without a compiler: what they pass is not what the types say. */

describe('options of the engine', () => {
  it.each([
    {},
    { backend: 'auto', card: 'low-power', precision: 'fast', threads: 2 },
    { signal: new AbortController().signal, card: undefined },
  ])('may be %o', (options) => {
    expect(() => assertEngineOptions(options)).not.toThrow();
  });

  it.each<[RegExp, unknown]>([
    [/options of the engine is null; Object was expected/, null],
    [/options of the engine is "wasm"/, 'wasm'],
    [/backend is "cuda"; \("auto" \| "webgpu" \| "wasm"\) was expected/, { backend: 'cuda' }],
    [/card is "best"/, { card: 'best' }],
    [/precision is "slow"/, { precision: 'slow' }],
    [/threads is "2"; number was expected/, { threads: '2' }],
    [/nothing called workers/, { workers: 2 }],
    [/signal is "x"/, { signal: 'x' }],
  ])('are refused with %s', async (message, options) => {
    expect(() => assertEngineOptions(options)).toThrow(message);
    await expect(Reflect.apply(createEngine, undefined, [options])).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});

describe('a source of a model', () => {
  it.each([
    { kind: 'manifest', url: 'manifest.json' },
    { kind: 'files', name: 'mine', files: [new File([], 'a.pt')], choice: { weights: 'ema' } },
    { kind: 'stored', id: '1', name: 'mine' },
  ])('may be %o', (source) => {
    expect(() => assertModelSource(source)).not.toThrow();
  });

  it.each<[RegExp, unknown]>([
    [/source of a model is undefined/, undefined],
    [
      /kind is "url"; \("manifest" \| "files" \| "stored"\) was expected/,
      { kind: 'url', url: 'x' },
    ],
    [/lacks kind/, {}],
    [/lacks url/, { kind: 'manifest' }],
    [/lacks files/, { kind: 'files', name: 'mine' }],
    [/files.0 is "a.pt"; Object was expected/, { kind: 'files', name: 'mine', files: ['a.pt'] }],
    [/nothing called name/, { kind: 'manifest', url: 'x', name: 'mine' }],
  ])('is refused with %s', (message, source) => {
    expect(() => assertModelSource(source)).toThrow(message);
  });

  it('is refused in Node at once where it is part of an address', async () => {
    const engine = await createEngine({ threads: 1 });
    try {
      for (const url of ['/models/emoji/manifest.json', 'manifest.json', 'C:\\manifest.json']) {
        await expect(engine.load({ kind: 'manifest', url })).rejects.toMatchObject({
          code: 'invalid-request',
          message: `${JSON.stringify(url)} is not a whole address.`,
        });
      }
      for (const images of [0, 17, Number.NaN]) {
        const loading = engine.load({ kind: 'manifest', url: 'data:,{}' }, { images });
        await expect(loading).rejects.toMatchObject({ code: 'invalid-request' });
      }
    } finally {
      engine.dispose();
    }
  });
});

describe('a request', () => {
  const request = defaultRequest(mockInfo, { moves: {} });

  it('is taken as it is made', () => {
    expect(() => assertRequestShape(request)).not.toThrow();
  });

  it.each<[RegExp, unknown]>([
    [/request is null/, null],
    [/number of images is undefined/, { ...request, images: undefined }],
    [/lacks labels/, { ...request, labels: undefined }],
    [/labels.0 is 1; Object was expected/, { ...request, labels: [1] }],
    [/nothing called klass/, { ...request, klass: 'fox' }],
    [/nothing called labels.0.class/, { ...request, labels: [{ class: 1, weight: 1 }] }],
    [/weight of a label is 1; 0 or more/, { ...request, labels: [{ classId: 1, weight: '1' }] }],
    [/variation is 0; this model takes 0 alone/, { ...request, variation: '0' }],
    [/budget is null/, { ...request, budget: null }],
    [/dynamicWidth is "off"; boolean was expected/, { ...request, dynamicWidth: 'off' }],
    [/lacks dynamicTokens/, { ...request, dynamicTokens: undefined }],
    [/preview is "yes"/, { ...request, preview: 'yes' }],
    [/moves is null/, { ...request, moves: null }],
  ])('is refused with %s', (message, asked) => {
    const validate = () => void Reflect.apply(validateRequest, undefined, [asked, mockInfo]);
    expect(validate).toThrow(message);
    expect(validate).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

it('of a picture some of whose bytes are missing no PNG is made', async () => {
  const rgba = new Uint8ClampedArray(35);
  await expect(encodePng({ width: 3, height: 3, rgba })).rejects.toMatchObject({
    code: 'invalid-request',
    message: 'A picture of 3 x 3 has 36 bytes; there are 35.',
  });
});
