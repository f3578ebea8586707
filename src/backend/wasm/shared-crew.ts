import { State } from '../../../assembly/fields';
import { type Clock, wallClock } from '../../clock';
import { DyditError, type ErrorReport } from '../../errors';
import { nodeCrewScript, type CrewStart } from './crew-start';
import type { Kernels } from './kernels';
import type { LaneMemory } from './lane-memory';
import type { Crew } from './run-loop';
import {
  browserThread,
  inNode,
  nodeThread,
  type Thread,
  type ThreadEvents,
  threadStartMs,
} from './thread';

/** Longest sleep while the others finish, in milliseconds: the system may have missed a wake-up. */
const nap = 1;
/** Naps in a row, without anything getting done, until the others are given up for lost. */
const mostNaps = 30_000;

/** How a crew's workers are started and how long they are waited for; tests put others in. */
export interface CrewOptions {
  readonly startWorker?: (events: ThreadEvents<unknown>) => Thread;
  readonly mostNaps?: number;
  readonly clock?: Clock;
}

/** Where a crew computes. */
export interface CrewPlace {
  readonly module: WebAssembly.Module;
  readonly memory: LaneMemory;
  readonly kernels: Kernels;
  /** Address of the lane's state. */
  readonly state: number;
}

/** Workers that share one memory with the thread that asks for runs. */
export class SharedCrew implements Crew {
  readonly lost: Promise<ErrorReport>;
  readonly #threads: Thread[] = [];
  readonly #words: Int32Array;
  #failure: DyditError | undefined;
  #reportLost: (report: ErrorReport) => void = () => undefined;
  #lastSeen = '';
  #naps = 0;

  private constructor(
    private readonly place: CrewPlace,
    readonly threads: number,
    private readonly options: CrewOptions,
    onReady: () => void,
  ) {
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
    this.#words = new Int32Array(place.memory.memory.buffer, place.state, State.words);
    try {
      for (let thread = 1; thread < threads; thread++) this.#startThread(thread, onReady);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#fail(`A thread of the processor could not be started: ${reason}.`);
    }
  }

  #startThread(number: number, onReady: () => void): void {
    const { module, memory, state } = this.place;
    const start: CrewStart = { module, memory: memory.memory, state, thread: number };
    const thread = (this.options.startWorker ?? startWorker)({
      message: onReady,
      failure: (reason) => this.#fail(`A thread of the processor failed: ${reason}.`),
    });
    this.#threads.push(thread);
    thread.post(start);
  }

  /**
   * Starts the workers and waits until they compute.
   * @throws DyditError where one of them can't be started
   */
  static async start(
    place: CrewPlace,
    threads: number,
    options: CrewOptions = {},
  ): Promise<SharedCrew> {
    let missing = threads - 1;
    let allReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      allReady = resolve;
    });
    const crew = new SharedCrew(place, threads, options, () => {
      missing--;
      if (missing === 0) allReady();
    });
    if (missing === 0) allReady();
    const takeBack = (options.clock ?? wallClock).after(threadStartMs, () =>
      crew.#fail('A thread of the processor did not start.'),
    );
    const failed = await Promise.race([ready.then(() => undefined), crew.lost]);
    takeBack();
    // From here on they wait for work, and a process that has none may end.
    for (const thread of crew.#threads) thread.keepAlive(false);
    if (failed === undefined) return crew;
    crew.dismiss();
    throw DyditError.fromReport(failed);
  }

  expectAlive(): void {
    if (this.#failure) throw this.#failure;
  }

  waitForOthers(): void {
    this.#expectProgress();
    Atomics.add(this.#words, State.sleepers, 1);
    const stage = Atomics.load(this.#words, State.stage);
    // Whoever opens a stage or ends the run after this look wakes this thread.
    const open = Atomics.load(this.#words, State.remaining) > 0;
    if (!open && Atomics.load(this.#words, State.running) !== 0) {
      Atomics.wait(this.#words, State.stage, stage, nap);
    }
    Atomics.sub(this.#words, State.sleepers, 1);
  }

  /** Lets the workers go. Nothing may be running. */
  dismiss(): void {
    this.place.kernels.quit(this.place.state);
    for (const thread of this.#threads) thread.terminate();
  }

  /** Gives up on workers that hold an item and never finish it. */
  #expectProgress(): void {
    const seen = `${Atomics.load(this.#words, State.stage)} ${Atomics.load(this.#words, State.done)}`;
    this.#naps = seen === this.#lastSeen ? this.#naps + 1 : 0;
    this.#lastSeen = seen;
    if (this.#naps > (this.options.mostNaps ?? mostNaps))
      this.#fail('A thread of the processor does not answer.');
    this.expectAlive();
  }

  #fail(message: string): void {
    this.#failure ??= new DyditError(
      'device-lost',
      message,
      'Start the engine again; your settings and pictures are kept.',
    );
    this.#reportLost(this.#failure.toReport());
  }
}

function startWorker(events: ThreadEvents<unknown>): Thread {
  if (inNode()) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    return nodeThread(new Worker(nodeCrewScript, { eval: true }), events);
  }
  const worker = new Worker(new URL('./crew-worker.ts', import.meta.url), { type: 'module' });
  return browserThread(worker, events);
}

/** True where threads can share a memory and this one may sleep: not in a page, which may not. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  if (!inNode() && !('crossOriginIsolated' in globalThis && crossOriginIsolated)) return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
