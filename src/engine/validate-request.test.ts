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
  classId: 0,
  styleId: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'auto',
};

it.each<Partial<GenerateRequest>>([
  {},
  { images: 1, steps: 1, seed: 0 },
  { images: 16, steps: 1000, seed: 2 ** 32 - 1 },
  // The null class and style come after the last.
  { classId: 4, styleId: 2 },
  { styleId: undefined, guidanceChannels: 3, guidance: 0 },
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
  ['class', { classId: 5 }],
  ['style', { styleId: 3 }],
  ['guidance', { guidance: Number.NaN }],
  ['guided channels', { guidanceChannels: 0 }],
  ['ddim', { sampler: 'ddim' }],
])('refuses a wrong %s, naming it', (name, patch) => {
  expect(() => validateRequest({ ...request, ...patch }, model)).toThrow(name);
});
