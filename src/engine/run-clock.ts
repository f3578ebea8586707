import type { GenerateRequest, StepEvent } from './api';
import type { PictureDecoder } from './picture-decoder';
import type { RunTimes } from './statistics';

/** Keeps a run's times and tells how long is left. */
export class RunClock {
  readonly #start = performance.now();
  #samplingStart = this.#start;
  #lastStep = this.#start;
  #decodeStart = this.#start;
  readonly #stepMs: number[] = [];

  constructor(
    private readonly request: Pick<GenerateRequest, 'steps' | 'images'>,
    private readonly pictures: Pick<PictureDecoder, 'costMs'>,
    private readonly onStep?: (event: StepEvent) => void,
  ) {}

  samplingStarts(): void {
    this.#samplingStart = performance.now();
    this.#lastStep = this.#samplingStart;
    this.#decodeStart = this.#samplingStart;
  }

  /** Milliseconds since sampling began. */
  samplingMs(): number {
    return performance.now() - this.#samplingStart;
  }

  /** @param done steps done */
  stepped(done: number): void {
    const { steps, images } = this.request;
    const now = performance.now();
    this.#stepMs.push(now - this.#lastStep);
    this.#lastStep = now;
    this.#decodeStart = now;
    this.onStep?.({
      step: done,
      steps,
      elapsedMs: now - this.#start,
      remainingMs: median(this.#stepMs) * (steps - done) + this.pictures.costMs * images,
      stage: 'sampling',
    });
  }

  /** @param done images decoded */
  decoded(done: number): void {
    const { steps, images } = this.request;
    const now = performance.now();
    this.onStep?.({
      step: steps,
      steps,
      elapsedMs: now - this.#start,
      remainingMs: this.pictures.costMs * (images - done),
      stage: 'decoding',
    });
  }

  times(): RunTimes {
    const now = performance.now();
    return {
      totalMs: now - this.#start,
      samplingMs: this.#lastStep - this.#samplingStart,
      decodeMs: now - this.#decodeStart,
      stepMs: this.#stepMs,
    };
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
