import { MAX_STEPS } from '../sampler/step-count';

/** What a request may ask for, both ends included. */
export const requestLimits = {
  images: { min: 1, max: 16 },
  steps: { min: 1, max: MAX_STEPS },
  labels: { min: 1, max: 8 },
  /** Each has a memory or a stack of its own. */
  threads: { min: 1, max: 64 },
  seed: { min: 0, max: 2 ** 32 - 1 },
} as const;
