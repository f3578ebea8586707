import { Progress } from '../../../assembly/fields';
import { DyditError } from '../../errors';
import type { Kernels } from './kernels';
import type { Turn } from '../turn';

/** Those who compute beside the thread that asked for the run. */
export interface Crew {
  /** Threads, the asking one included. */
  readonly threads: number;
  /** @throws DyditError `device-lost` where one of them is dead or hangs */
  expectAlive(): void;
  /** Waits a moment for the others. @throws as `expectAlive` */
  waitForOthers(): void;
}

/** A crew of one, who never waits. */
export const alone: Crew = {
  threads: 1,
  expectAlive: () => undefined,
  waitForOthers: () => undefined,
};

/** Who runs, and what. */
export interface Running {
  readonly kernels: Kernels;
  /** Address of the lane's state. */
  readonly state: number;
  readonly crew: Crew;
  /** Of the asking thread. */
  readonly turn: Turn;
}

/** @throws DyditError `cancelled` where one of the signals was aborted */
function expectNotAborted(signals: readonly AbortSignal[]): void {
  if (signals.some(({ aborted }) => aborted)) throw new DyditError('cancelled', 'Cancelled.');
}

/**
 * Runs what `writeRun` has written, item by item, and lets messages in between.
 * @returns milliseconds spent on it
 * @throws DyditError `cancelled`; the lane can be used again at once
 */
export async function runToEnd(running: Running, signals: readonly AbortSignal[]): Promise<number> {
  const { kernels, state, crew, turn } = running;
  if (turn.isLong()) await turn.end();
  expectNotAborted(signals);
  let spent = 0;
  let since = performance.now();
  crew.expectAlive();
  kernels.begin(state);
  for (;;) {
    const progress = kernels.step(state);
    if (progress === Progress.finished) return spent + performance.now() - since;
    if (progress === Progress.waiting) crew.waitForOthers();
    if (!turn.isLong()) continue;
    spent += performance.now() - since;
    await turn.end();
    since = performance.now();
    if (signals.some(({ aborted }) => aborted)) stop(running);
    expectNotAborted(signals);
  }
}

/** Waits until nobody is at an item of the run any more. */
function stop({ kernels, state, crew }: Running): void {
  kernels.cancel(state);
  while (kernels.step(state) !== Progress.finished) {
    crew.waitForOthers();
    kernels.cancel(state);
  }
}
