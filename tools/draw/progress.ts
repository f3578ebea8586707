import type { LoadProgress, StepEvent } from '../../src/engine/api';

/** Where progress goes; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Lines that follow each other faster than this are left out of a log. */
const logEveryMs = 2000;

/** Erases the line that the cursor is on. */
const eraseLine = '\r\u001b[2K';

/** Tells what is going on: on a terminal in one line that changes, in a log in a line now and then. */
export class Progress {
  #lastMs = Number.NEGATIVE_INFINITY;
  #shown = false;

  /** @param stream absent: nothing is told */
  constructor(private readonly stream?: ProgressStream) {}

  loading({ stage, fraction }: LoadProgress): void {
    this.#show(`Loading the model: ${stage} ${Math.round(100 * fraction)} %`);
  }

  /**
   * @param laterMs expected time of what comes after this batch
   */
  drawing(subject: string, { step, steps, stage, remainingMs }: StepEvent, laterMs: number): void {
    const doing = stage === 'decoding' ? 'decoding' : `step ${step} of ${steps}`;
    this.#show(`${subject}: ${doing}, ${formatDuration(remainingMs + laterMs)} left`);
  }

  /** Takes the changing line away. */
  clear(): void {
    if (this.#shown) this.stream?.write(eraseLine);
    this.#shown = false;
  }

  #show(line: string): void {
    const { stream } = this;
    if (!stream) return;
    if (stream.isTTY) {
      stream.write(`${eraseLine}${line}`);
      this.#shown = true;
      return;
    }
    const now = performance.now();
    if (now - this.#lastMs < logEveryMs) return;
    this.#lastMs = now;
    stream.write(`${line}\n`);
  }
}

/** '0.4 s', '12 s', '3 min 5 s' */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
