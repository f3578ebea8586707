import { describe, expect, it } from 'vitest';
import { conditionNames } from '../network/conditions';
import type { DitConfig } from '../network/config';
import type { GenerateRequest } from './api';
import { drawMoves } from './moves';
import { runConditions } from './run-conditions';
import { mockConfig } from './testing/mock-network';

const config: DitConfig = {
  ...mockConfig,
  numStyles: 3,
  conditions: conditionNames.length,
  conditionNames,
};

const request: GenerateRequest = {
  ...{ sampler: 'flow-euler', steps: 5, guidance: 2.5, guidanceChannels: 'all', preview: 'off' },
  ...{ seed: 2 ** 32 - 1, images: 3, labels: [{ classId: 1, styleId: 0, weight: 1 }] },
  ...{ variation: 0.5, budget: 0, dynamicWidth: true, dynamicTokens: true },
};
const blend = { names: [], default: 0, styleBlend: 0.3 };
const seeds = [2 ** 32 - 1, 0, 1];
const [mirror, tilt, , , , , soft, guidance] = conditionNames.keys();

const inputs = (change: Partial<GenerateRequest> = {}, of = config) =>
  runConditions(of, { ...request, ...change }, blend).inputs;
const labels = (change: Partial<GenerateRequest> = {}, variation = blend) =>
  runConditions(config, { ...request, ...change }, variation).labels;

describe('linear inputs', () => {
  it('are the moves that seed + k draws, by the variation; a mirror image whole', () => {
    for (const [image, a] of inputs()?.entries() ?? []) {
      const { moves } = drawMoves(seeds[image]);
      expect(a[mirror]).toBe(moves.mirror);
      expect(a[tilt]).toBe(0.5 * moves.tilt);
      expect(a[soft]).toBe(0);
      expect(a[guidance]).toBe(1.5);
    }
  });

  it('are 0 but for guidance where drawings are plain', () => {
    for (const a of inputs({ variation: 0 }) ?? []) {
      expect(Array.from(a).filter((value) => value !== 0)).toEqual([1.5]);
    }
  });

  it('are the moves that were asked for instead, the same for all images', () => {
    const asked = inputs({ moves: { tilt: -0.25, mirror: 0 } }) ?? [];
    for (const a of asked) expect(Array.from(a)).toEqual([0, -0.25, 0, 0, 0, 0, 0, 1.5]);
    expect(asked).toHaveLength(3);
  });

  it('are found by their names, in whatever order', () => {
    const swapped = { ...config, conditions: 2, conditionNames: ['guidance', 'hue'] as const };
    expect(inputs({ moves: { hue: 1, tilt: 1 } }, swapped)?.[0]).toEqual([1.5, 1]);
  });

  it('are none where nothing names them', () => {
    expect(inputs({}, { ...config, conditionNames: undefined })).toBeUndefined();
  });
});

describe('guidance', () => {
  it('is an input in place of a second half', () => {
    expect(runConditions(config, request, blend).guided).toBe(false);
  });

  it.each<[string, Partial<GenerateRequest>, DitConfig]>([
    ['of some channels', { guidanceChannels: 3 }, config],
    ['of a network that takes none', {}, { ...config, conditionNames: undefined }],
  ])('%s has two halves, and no input', (_, change, of) => {
    const found = runConditions(of, { ...request, variation: 0, ...change }, blend);
    expect(found.guided).toBe(true);
    for (const a of found.inputs ?? []) expect(Array.from(a).every((x) => x === 0)).toBe(true);
  });

  it('of 1 is the label’s half alone', () => {
    const plain = { ...config, conditionNames: undefined };
    expect(runConditions(plain, { ...request, guidance: 1 }, blend).guided).toBe(false);
  });
});

describe('a pinch of another style', () => {
  it('is drawn by the seed, by the variation and no more than the model allows', () => {
    for (const [image, mix] of labels({ variation: 1 }).entries()) {
      const [own, other] = mix;
      expect(mix).toHaveLength(2);
      expect(other.weight).toBe(0.3 * drawMoves(seeds[image]).styleWeight);
      expect(own.weight + other.weight).toBeCloseTo(1, 15);
      expect([1, 2]).toContain(other.styleId);
      expect(other.classId).toBe(1);
    }
  });

  it('takes from every thing of a mix in its share, and never a style that is there', () => {
    const mixed = [
      { classId: 1, styleId: 0, weight: 3 },
      { classId: 2, styleId: 2, weight: 1 },
    ];
    for (const mix of labels({ labels: mixed })) {
      expect(mix.map(({ classId, styleId }) => [classId, styleId])).toEqual([
        ...[
          [1, 0],
          [1, 1],
        ],
        ...[
          [2, 2],
          [2, 1],
        ],
      ]);
      expect(mix[1].weight).toBeCloseTo(3 * mix[3].weight, 15);
    }
  });

  it('comes to other styles by other seeds', () => {
    const drawn = labels({ images: 16 }).map((mix) => mix[1].styleId);
    expect(new Set(drawn)).toEqual(new Set([1, 2]));
  });

  it.each<[string, Partial<GenerateRequest>]>([
    ['plain drawings', { variation: 0 }],
    ['a style that is left open', { labels: [{ classId: 1, weight: 1 }] }],
    ['the null style', { labels: [{ classId: 1, styleId: 3, weight: 1 }] }],
    [
      'all styles at once',
      { labels: [0, 1, 2].map((styleId) => ({ classId: 1, styleId, weight: 1 })) },
    ],
  ])('is not in %s', (_, change) => {
    for (const mix of labels(change)) expect(mix).toEqual({ ...request, ...change }.labels);
  });

  it('is not in what a model without allows', () => {
    const plain = runConditions(config, request, { names: [], default: 0 });
    for (const mix of plain.labels) expect(mix).toEqual(request.labels);
  });
});
