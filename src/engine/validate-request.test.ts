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
