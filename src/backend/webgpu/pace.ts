import { DyditError } from '../../errors';

/** Longest that a submission may be estimated to take: desktops draw nothing in between. */
export const submissionMs = 50;

/** Most that is submitted ahead, so that what is cancelled is soon over. */
const aheadMs = 100;

/** Part of the measured throughput that is counted on before the first submission has come back. */
const firstShare = 0.5;

/** A submission teaches its throughput where it took this long, in ms and in ticks of the clock. */
const tellingMs = 2;
const tellingTicks = 4;

/** What the pace is kept with; tests put a device of known speed in the place of these. */
export interface PaceParts {
  readonly queue: Pick<GPUQueue, 'submit' | 'onSubmittedWorkDone'>;
  /** Measured throughput, GFLOP/s, two flops a multiply-add. */
  readonly gflops: number;
  /** Milliseconds between the moments at which the queue says that it is done. */
  readonly tickMs: number;
  readonly now: () => number;
}

/**
 * Keeps submissions short and the device's queue shallow. What a submission takes is estimated from
 * its multiply-adds by the throughput of those before it; drivers reset a device that is held for
 * about two seconds, and browsers then block the page.
 */
export class Pace {
  readonly #parts: PaceParts;
  #gflops: number;
  #learned = false;
  /** Estimate of what has been submitted and is not known to be done. */
  #aheadMs = 0;
  #lastDone = -Infinity;
  readonly #waiting = new Set<() => void>();

  constructor(parts: PaceParts) {
    this.#parts = parts;
    this.#gflops = parts.gflops * firstShare;
  }

  /** Milliseconds that so many multiply-adds are estimated to take. */
  estimateMs(multiplyAdds: number): number {
    return (2 * multiplyAdds) / (this.#gflops * 1e6);
  }

  /**
   * Cuts pieces of work, in their order, into submissions.
   * @param works multiply-adds of each
   * @returns indices of the pieces, one list a submission
   */
  split(works: readonly number[]): readonly (readonly number[])[] {
    const submissions: number[][] = [[]];
    let sum = 0;
    for (const [index, work] of works.entries()) {
      const ms = this.estimateMs(work);
      if (sum + ms > submissionMs && submissions[submissions.length - 1].length > 0) {
        submissions.push([]);
        sum = 0;
      }
      sum += ms;
      submissions[submissions.length - 1].push(index);
    }
    return submissions;
  }

  /** Whether more may be submitted now. */
  get hasRoom(): boolean {
    return this.#aheadMs < Math.max(aheadMs - submissionMs, 2 * this.#parts.tickMs);
  }

  /** @throws DyditError `cancelled` at once where the signal is aborted */
  async waitForRoom(signal?: AbortSignal): Promise<void> {
    while (!this.hasRoom) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal?.addEventListener('abort', wake);
      });
      if (signal?.aborted) throw new DyditError('cancelled', 'Cancelled.');
    }
  }

  submit(commands: GPUCommandBuffer, multiplyAdds: number): void {
    const { queue, now } = this.#parts;
    queue.submit([commands]);
    const ms = this.estimateMs(multiplyAdds);
    const submitted = now();
    this.#aheadMs += ms;
    const makeRoom = (): void => {
      this.#aheadMs = Math.max(0, this.#aheadMs - ms);
      for (const wake of [...this.#waiting]) wake();
    };
    // A device that is gone holds nobody up, and teaches nothing.
    queue
      .onSubmittedWorkDone()
      .then(() => this.#learn(multiplyAdds, submitted))
      .then(makeRoom, makeRoom);
  }

  #learn(multiplyAdds: number, submitted: number): void {
    const { now, tickMs } = this.#parts;
    const done = now();
    const ms = done - Math.max(submitted, this.#lastDone);
    this.#lastDone = done;
    if (multiplyAdds === 0 || ms < Math.max(tellingMs, tellingTicks * tickMs)) return;
    const gflops = (2 * multiplyAdds) / (ms * 1e6);
    this.#gflops = this.#learned ? (this.#gflops + gflops) / 2 : gflops;
    this.#learned = true;
  }
}
