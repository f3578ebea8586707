import { Progress } from '../../../assembly/fields';
import { DyditError } from '../../errors';
import type { Kernels } from './kernels';
import { nextTurn } from './next-turn';

/** Longest that a run keeps messages waiting, in milliseconds. */
const longestTurn = 30;

/** Those who compute beside the thread that asked for the run. */
export interface Crew {
  /** Threads, the asking one included. */
  readonly threads: number;
  /** Waits a moment for the others; throws where one of them is dead or hangs. */
  waitForOthers(): void;
}

/** A crew of one, who never waits. */
export const alone: Crew = { threads: 1, waitForOthers: () => undefined };

/**
 * Runs what `writeRun` has written, item by item, and lets messages in between.
 * @returns milliseconds spent on it
 * @throws DyditError `cancelled`; the lane can be used again at once
 */
export async function runToEnd(
  kernels: Kernels,
  state: number,
  crew: Crew,
  signal: AbortSignal | undefined,
): Promise<number> {
  let spent = 0;
  let turnStart = performance.now();
  kernels.begin(state);
  for (;;) {
    const progress = kernels.step(state);
    const now = performance.now();
    if (progress === Progress.finished) return spent + now - turnStart;
    if (progress === Progress.waiting) crew.waitForOthers();
    if (now - turnStart < longestTurn) continue;
    spent += now - turnStart;
    await nextTurn();
    turnStart = performance.now();
    if (signal?.aborted === true) {
      stop(kernels, state, crew);
      throw new DyditError('cancelled', 'Cancelled.');
    }
  }
}

/** Waits until nobody is at an item of the run any more. */
function stop(kernels: Kernels, state: number, crew: Crew): void {
  kernels.cancel(state);
  while (kernels.step(state) !== Progress.finished) {
    crew.waitForOthers();
    kernels.cancel(state);
  }
}
