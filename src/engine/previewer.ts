import type { Storage } from '../backend/backend';
import type { GenerateOptions, GenerateRequest } from './api';
import type { PictureDecoder } from './picture-decoder';
import type { RunClock } from './run-clock';

/** What previews are made from, and what they may cost. */
export interface PreviewerOptions {
  readonly pictures: Pick<PictureDecoder, 'costMs' | 'decode'>;
  readonly request: Pick<GenerateRequest, 'images' | 'steps' | 'preview'>;
  readonly options: Pick<GenerateOptions, 'onPreview' | 'signal'>;
  readonly clock: Pick<RunClock, 'samplingMs'>;
}

/** Previews take at most this share of the time that has gone into sampling. */
const affordableShare = 1 / 5;

/** Live previews: at most one at work, and together within their share of the time. */
export class Previewer {
  #spentMs = 0;
  #busy = false;
  #working: Promise<void> = Promise.resolve();

  constructor(private readonly job: PreviewerOptions) {}

  /** Whether to guess the clean latent at this step. */
  wanted(step: number): boolean {
    const { request, options, pictures, clock } = this.job;
    if (!options.onPreview || request.preview === 'off' || this.#busy) return false;
    const spent = this.#spentMs + pictures.costMs * request.images;
    const affordable = spent <= affordableShare * clock.samplingMs();
    return affordable && step > 0 && step < request.steps - 1;
  }

  /** Decodes and reports a guess; its storage must stay as it is until `wanted` is true again. */
  show(clean: Storage): void {
    this.#busy = true;
    this.#working = this.#decodeAll(clean);
  }

  /** Resolves when no preview is at work. */
  finished(): Promise<void> {
    return this.#working;
  }

  async #decodeAll(clean: Storage): Promise<void> {
    const { pictures, request, options } = this.job;
    const start = performance.now();
    try {
      const { signal } = options;
      options.onPreview?.(await pictures.decode(clean, request.images, { signal }));
    } catch {
      // A preview that fails is not shown; if the latent is at fault, the step's own check says so.
    } finally {
      this.#spentMs += performance.now() - start;
      this.#busy = false;
    }
  }
}
