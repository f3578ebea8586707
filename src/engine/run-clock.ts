import type { Bookmark, GenerateRequest, StepEvent } from './api';
import type { PictureDecoder } from './picture-decoder';
import type { RunTimes } from './statistics';

/** Keeps a run's times and tells how long is left. */
export class RunClock {
  readonly #start: number;
  #samplingStart: number;
  #lastStep: number;
  #decodeStart: number;
  readonly #stepMs: number[];

  /** @param before times of the part of the run that this one goes on from */
  constructor(
    private readonly request: Pick<GenerateRequest, 'steps' | 'images'>,
    private readonly pictures: Pick<PictureDecoder, 'costMs'>,
    private readonly onStep?: (event: StepEvent) => void,
    before: Pick<Bookmark, 'stepMs' | 'elapsedMs'> = { stepMs: [], elapsedMs: 0 },
  ) {
    const now = performance.now();
    this.#start = now - before.elapsedMs;
    this.#samplingStart = now;
    this.#lastStep = now;
    this.#decodeStart = now;
    this.#stepMs = [...before.stepMs];
  }

  samplingStarts(): void {
    this.#samplingStart = performance.now();
    this.#lastStep = this.#samplingStart;
    this.#decodeStart = this.#samplingStart;
  }

  /** The steps so far. */
  soFar(): Pick<Bookmark, 'stepMs' | 'elapsedMs'> {
    return { stepMs: [...this.#stepMs], elapsedMs: this.#lastStep - this.#start };
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
      samplingMs: this.#stepMs.reduce((sum, ms) => sum + ms, 0),
      decodeMs: now - this.#decodeStart,
      stepMs: this.#stepMs,
    };
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
