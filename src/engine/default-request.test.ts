import { describe, expect, it } from 'vitest';
import { createFakeEngine } from '../store/testing/fake-engine';
import type { ModelInfo } from './api';
import { defaultRequest } from './default-request';
import { validateRequest } from './validate-request';

/** A model of named classes and styles. */
async function load(): Promise<ModelInfo> {
  const engine = createFakeEngine({ wait: () => Promise.resolve() });
  return engine.load({ kind: 'manifest', url: 'https://models.example/manifest.json' });
}

describe('a request of what is wished for', () => {
  it('is whole, and one that the model takes', async () => {
    const model = await load();
    const request = defaultRequest(model);
    validateRequest(request, model);
    expect(request).toMatchObject({ ...model.defaults, images: 1, budget: 0, preview: 'off' });
    expect(request.dynamicWidth).toBe(model.dynamic);
    expect(defaultRequest(model).seed).not.toBe(request.seed);
  });

  it('takes a class by its name, its emoji or its number, and anything else as it is', async () => {
    const model = await load();
    const { name, emoji } = model.classes[1];
    for (const subject of [name, ` ${name.toUpperCase()} `, emoji, 1]) {
      const { labels } = defaultRequest(model, { class: subject, style: model.styles[1] });
      expect(labels).toEqual([{ classId: 1, styleId: 1, weight: 1 }]);
    }
    const labels = [{ classId: 0, weight: 2 }];
    const wish = { labels, seed: 7, steps: 3, dynamicTokens: false };
    expect(defaultRequest(model, wish)).toMatchObject(wish);
    const plain = { ...model, styles: [] };
    expect(defaultRequest(plain, { class: 1 }).labels).toEqual([{ classId: 1, weight: 1 }]);
  });

  it('refuses what the model has not', async () => {
    const model = await load();
    const labels = [{ classId: 0, weight: 1 }];
    for (const wish of [
      { class: 'no such thing' },
      { class: '' },
      { style: 'none of these' },
      { class: 1, labels },
      { style: 1, labels },
    ]) {
      expect(() => defaultRequest(model, wish)).toThrow(
        expect.objectContaining({ code: 'invalid-request' }),
      );
    }
  });
});
