import type { GenerateOptions, GenerateRequest, Picture } from './api';
import type { PictureDecoder } from './picture-decoder';
import type { RunClock } from './run-clock';

/**
 * Live previews: at most one at work, and together at most a fifth of the time that has gone into
 * sampling.
 */
export class Previewer {
  #spentMs = 0;
  #busy = false;
  #working: Promise<void> = Promise.resolve();

  constructor(
    private readonly pictures: PictureDecoder,
    private readonly request: GenerateRequest,
    private readonly options: GenerateOptions,
    private readonly clock: RunClock,
  ) {}

  /** Whether to guess the clean latent at this step. */
  wanted(step: number): boolean {
    const { request, options, pictures, clock } = this;
    if (!options.onPreview || request.preview === 'off' || this.#busy) return false;
    const cost = pictures.costMs * request.images;
    const affordable = (this.#spentMs + cost) * 5 <= clock.samplingMs();
    return affordable && step > 0 && step < request.steps - 1;
  }

  /** Decodes and reports a guess; the buffer must stay as it is until `wanted` is true again. */
  show(clean: GPUBuffer): void {
    this.#busy = true;
    this.#working = this.#decodeAll(clean);
  }

  /** Resolves when no preview is at work. */
  finished(): Promise<void> {
    return this.#working;
  }

  async #decodeAll(clean: GPUBuffer): Promise<void> {
    const start = performance.now();
    try {
      const pictures: Picture[] = [];
      for (let image = 0; image < this.request.images; image++) {
        if (this.options.signal?.aborted) return;
        pictures.push(await this.pictures.decode(clean, image));
      }
      this.options.onPreview?.(pictures);
    } catch {
      // A preview that fails is not shown; if the latent is at fault, the step's own check says so.
    } finally {
      this.#spentMs += performance.now() - start;
      this.#busy = false;
    }
  }
}
