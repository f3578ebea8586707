import { expect, it } from 'vitest';
import type { GenerateRequest, ModelInfo } from './api';
import { mockInfo } from './testing/mock-model';
import { validateRequest } from './validate-request';

const model: ModelInfo = { ...mockInfo, styles: ['Noto', 'Twemoji'] };

const request: GenerateRequest = {
  sampler: 'flow-euler',
  steps: 25,
  guidance: 2.5,
  guidanceChannels: 'all',
  seed: 7,
  images: 4,
  labels: [{ classId: 0, styleId: 0, weight: 1 }],
  variation: 0,
  budget: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'auto',
};

it.each<Partial<GenerateRequest>>([
  {},
  { images: 1, steps: 1, seed: 0 },
  { images: 16, steps: 1000, seed: 2 ** 32 - 1 },
  // The null class and style come after the last.
  { labels: [{ classId: 4, styleId: 2, weight: 1 }] },
  { labels: [{ classId: 0, weight: 1 }], guidanceChannels: 3, guidance: 0 },
])('accepts %o', (patch) => {
  expect(() => validateRequest({ ...request, ...patch }, model)).not.toThrow();
});

it.each<[string, Partial<GenerateRequest>]>([
  ['images', { images: 0 }],
  ['images', { images: 17 }],
  ['steps', { steps: 1001 }],
  ['steps', { steps: 2.5 }],
  ['seed', { seed: -1 }],
  ['seed', { seed: 2 ** 32 }],
  ['class', { labels: [{ classId: 5, weight: 1 }] }],
  ['style', { labels: [{ classId: 0, styleId: 3, weight: 1 }] }],
  ['guidance', { guidance: Number.NaN }],
  ['guided channels', { guidanceChannels: 0 }],
  ['ddim', { sampler: 'ddim' }],
])('refuses a wrong %s, naming it', (name, patch) => {
  expect(() => validateRequest({ ...request, ...patch }, model)).toThrow(name);
});

const lively: ModelInfo = {
  ...model,
  samplers: [...model.samplers, 'flow-jumps'],
  foldedGuidance: true,
  variation: { names: ['mirror', 'tilt'], default: 0.7 },
  budget: [
    { shift: -3, share: 0.3, frechet: 2, top1: 0.8 },
    { shift: 6, share: 1, frechet: 1, top1: 0.9 },
  ],
};
const jumps = { sampler: 'flow-jumps', steps: 4 } as const;
const label = { classId: 0, weight: 1 };

it.each<Partial<GenerateRequest>>([
  { variation: 1, budget: -3 },
  { moves: { mirror: 1, tilt: -1 }, budget: 6 },
  { labels: [label, { ...label, weight: 0 }] },
  { labels: new Array(8).fill(label) },
  { ...jumps, steps: 16 },
  { guidanceChannels: 3 },
])('accepts %o of a model that knows more', (patch) => {
  expect(() => validateRequest({ ...request, ...patch }, lively)).not.toThrow();
});

it.each<[RegExp, Partial<GenerateRequest>]>([
  [/number of labels is 0/, { labels: [] }],
  [/number of labels is 9/, { labels: new Array(9).fill(label) }],
  [/weight of a label is -1/, { labels: [{ ...label, weight: -1 }] }],
  [/weight of a label is NaN/, { labels: [{ ...label, weight: Number.NaN }] }],
  [/weights of the labels come to 0/, { labels: [{ ...label, weight: 0 }] }],
  [
    /weights of the labels come to Inf/,
    { labels: [label, label].map((one) => ({ ...one, weight: 1e308 })) },
  ],
  [/variation is 1.5; a number from 0 to 1/, { variation: 1.5 }],
  [/variation is NaN/, { variation: Number.NaN }],
  [/no move called hue/, { moves: { hue: 0 } }],
  [/move mirror is 0.5/, { moves: { mirror: 0.5 } }],
  [/move tilt is -2/, { moves: { tilt: -2 } }],
  [/budget is 7; a number from -3 to 6/, { budget: 7 }],
  [/number of steps is 17; a whole number from 1 to 16/, { ...jumps, steps: 17 }],
  [/all channels are guided/, { ...jumps, guidanceChannels: 3 }],
])('refuses with %s', (says, patch) => {
  expect(() => validateRequest({ ...request, ...patch }, lively)).toThrow(says);
});

it.each<[RegExp, Partial<GenerateRequest>]>([
  [/variation is 0.5; this model takes 0 alone/, { variation: 0.5 }],
  [/budget is 1; this model takes 0 alone/, { budget: 1 }],
  [/no move called tilt/, { moves: { tilt: 0 } }],
  [/flow-jumps does not fit/, jumps],
])('refuses what a model does not know with %s', (says, patch) => {
  expect(() => validateRequest({ ...request, ...patch }, model)).toThrow(says);
});

it('refuses guidance in jumps of a model that takes none as an input', () => {
  const plain = { ...lively, foldedGuidance: false };
  expect(() => validateRequest({ ...request, ...jumps }, plain)).toThrow(/no guidance but 1/);
  expect(() => validateRequest({ ...request, ...jumps, guidance: 1 }, plain)).not.toThrow();
});
