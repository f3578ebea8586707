import { DyditError } from '../errors';
import type { DitConfig } from '../network/config';
import type { SamplerStep } from '../sampler/denoiser';
import type { Bookmark, GenerateOptions, GenerateRequest } from './api';
import type { RunClock } from './run-clock';
import type { RunRecord } from './statistics';

/** A run that breaks off loses at most this much, and the step it was at. */
const everyMs = 1000;

/** What bookmarks are made of, and who gets them. */
export interface BookmarksOptions {
  readonly clock: Pick<RunClock, 'soFar'>;
  readonly record: Pick<RunRecord, 'soFar'>;
  readonly onBookmark?: GenerateOptions['onBookmark'];
}

/** Keeps a run's place, now and then. */
export class Bookmarks {
  #lastAt = performance.now();

  constructor(private readonly options: BookmarksOptions) {}

  /** Whether to bring back the latent that a step ends with. */
  isDue({ step, steps }: SamplerStep): boolean {
    if (!this.options.onBookmark) return false;
    const now = performance.now();
    const isLast = step === steps - 1;
    if (!isLast && now - this.#lastAt < everyMs) return false;
    this.#lastAt = now;
    return true;
  }

  /** @param latent what the step has ended with, the step itself counted already */
  add({ step }: SamplerStep, latent: Float32Array<ArrayBuffer>): void {
    const { clock, record, onBookmark } = this.options;
    onBookmark?.({ step: step + 1, latent, ...record.soFar(), ...clock.soFar() });
  }
}

/** @throws DyditError `invalid-request` where a bookmark is not of such a request */
export function expectFitting(
  { step, latent }: Bookmark,
  { images, steps }: Pick<GenerateRequest, 'images' | 'steps'>,
  { inChannels, inputSize }: Pick<DitConfig, 'inChannels' | 'inputSize'>,
): void {
  const length = images * inChannels * inputSize ** 2;
  if (Number.isInteger(step) && step >= 0 && step <= steps && latent.length === length) return;
  throw new DyditError(
    'invalid-request',
    'What was kept of the run that broke off belongs to another one.',
    'Generate from the beginning.',
  );
}
