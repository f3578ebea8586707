import { type Clock, wallClock } from '../../clock';
import { DyditError, type ErrorReport } from '../../errors';
import type { LayerWeights } from '../../ops/layer';
import type { Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';
import type { TensorSpec } from '../../ops/tensor';
import { Pulse } from '../../pulse';
import type {
  CompileOptions,
  ElementRange,
  Executable,
  Lane,
  Storage,
  WeightSet,
} from '../backend';
import type { Answer, FromLane, LaneCall, ToLane } from './lane-protocol';

interface PendingCall {
  resolve(value: Answer): void;
  reject(error: DyditError): void;
}

/** A call before it has a number. */
type Unnumbered<M> = M extends { readonly call: number } ? Omit<M, 'call'> : never;

/**
 * A lane that another thread has: the same calls, as messages. What can't be told at once (an
 * allocation that failed) is told by the next call that needs it, and by `settle`.
 */
export class RemoteLane implements Lane {
  readonly lost: Promise<ErrorReport>;
  readonly #live = new Set<number>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #failures: DyditError[] = [];
  #reportLost: (report: ErrorReport) => void = () => undefined;
  #gone: DyditError | undefined;
  #lastNumber = 0;
  readonly #pulse: Pulse;

  /**
   * @param send posts a message to the thread that has the lane
   * @param onBusy told when there are calls without an answer, and when there are none any more
   */
  constructor(
    private readonly send: (message: ToLane) => void,
    private readonly onBusy: (busy: boolean) => void = () => undefined,
    clock: Clock = wallClock,
  ) {
    this.#pulse = new Pulse(clock, {
      ask: () => this.#post({ type: 'sync', call: ++this.#lastNumber }),
      onSilence: () => this.fail('it does not answer'),
    });
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
  }

  /** Objects that were made and not destroyed. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** Takes a message of the other thread. */
  receive(message: FromLane): void {
    this.#pulse.heard();
    if (message.type === 'ready') return;
    const call = message.call === undefined ? undefined : this.#take(message.call);
    if (message.type === 'done') call?.resolve(message.value);
    else {
      const error = DyditError.fromReport(message.error);
      if (call) call.reject(error);
      else this.#failures.push(error);
    }
  }

  /** The other thread is dead: everything asked of it fails from now on. */
  fail(reason: string): void {
    const error = new DyditError(
      'device-lost',
      `A thread of the processor failed: ${reason}.`,
      'Start the engine again; your settings and pictures are kept.',
    );
    this.#end(error);
    this.#reportLost(error.toReport());
  }

  /** Nothing can be asked for any more. */
  close(): void {
    this.#end(new DyditError('cancelled', 'Cancelled.'));
  }

  /** Waits until everything asked for was looked at. @throws what failed without being answered */
  async settle(): Promise<void> {
    await this.#call({ type: 'sync' });
    const first = this.#failures.splice(0).at(0);
    if (first) throw first;
  }

  createWeights(label: string): WeightSet {
    const id = this.#make((made) => ({ type: 'createWeights', id: made, label }));
    return new RemoteWeights(id, this.#upload, this.#destroy);
  }

  allocate(label: string, spec: TensorSpec): Storage {
    const id = this.#make((made) => ({ type: 'allocate', id: made, label, spec }));
    return new RemoteStorage(id, spec, this.#destroy);
  }

  write(
    storage: Storage,
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    start = 0,
  ): void {
    this.#post({ type: 'write', id: storageId(storage), data, start });
  }

  copy(from: Storage, range: ElementRange, to: Storage, start: number): void {
    this.#post({ type: 'copy', id: storageId(from), range, to: storageId(to), start });
  }

  async readFloats(storage: Storage, range?: ElementRange): Promise<Float32Array<ArrayBuffer>> {
    const value = await this.#call({ type: 'read', id: storageId(storage), range });
    if (value instanceof Float32Array) return value;
    throw new DyditError('internal', 'A storage of words was read as numbers.');
  }

  async readWords(storage: Storage, range?: ElementRange): Promise<Uint32Array<ArrayBuffer>> {
    const value = await this.#call({ type: 'read', id: storageId(storage), range });
    if (value instanceof Uint32Array) return value;
    throw new DyditError('internal', 'A storage of numbers was read as words.');
  }

  async compile(program: Program, options: CompileOptions): Promise<Executable> {
    const { weights, width, timedRuns = 0 } = options;
    if (!(weights instanceof RemoteWeights)) throw foreign('weights are');
    const storage = Object.fromEntries(
      Object.entries(options.storage).map(([name, bound]) => [name, storageId(bound)]),
    );
    const id = this.#newId();
    try {
      await this.#call({
        type: 'compile',
        id,
        program,
        weights: weights.id,
        storage,
        width,
        timedRuns,
      });
    } catch (error) {
      this.#live.delete(id);
      throw error;
    }
    return {
      run: (values, signal) => this.#run(id, values, signal),
      deviceMs: async () => {
        const value = await this.#call({ type: 'deviceMs', id });
        return Array.isArray(value) ? value : undefined;
      },
      destroy: () => this.#destroy(id),
    };
  }

  async #run(id: number, values?: RunValues, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) throw new DyditError('cancelled', 'Cancelled.');
    const done = this.#call({ type: 'run', id, values });
    const run = this.#lastNumber;
    const cancel = (): void => this.#post({ type: 'cancel', run });
    signal?.addEventListener('abort', cancel);
    try {
      await done;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  readonly #upload = async (id: number, weights: LayerWeights): Promise<void> => {
    await this.#call({ type: 'upload', id, weights });
  };

  readonly #destroy = (id: number): void => {
    if (this.#live.delete(id)) this.#post({ type: 'destroy', id });
  };

  #newId(): number {
    const id = ++this.#lastNumber;
    this.#live.add(id);
    return id;
  }

  /** Has something made, under a number of its own. */
  #make(ask: (id: number) => ToLane): number {
    const id = this.#newId();
    try {
      this.#post(ask(id));
      return id;
    } catch (thrown) {
      this.#live.delete(id);
      throw thrown;
    }
  }

  /** @throws DyditError `out-of-memory`, `internal` where it can't be sent */
  #post(message: ToLane): void {
    if (this.#gone) return;
    try {
      this.send(message);
    } catch (thrown) {
      throw notSent(thrown);
    }
  }

  #call(message: Unnumbered<LaneCall>): Promise<Answer> {
    const call = ++this.#lastNumber;
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(this.#gone);
        return;
      }
      if (this.#pending.size === 0) this.#setBusy(true);
      this.#pending.set(call, { resolve, reject });
      try {
        this.#post({ ...message, call });
      } catch (thrown) {
        this.#take(call);
        reject(DyditError.from(thrown));
      }
    });
  }

  #take(call: number): PendingCall | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (this.#pending.size === 0) this.#setBusy(false);
    return pending;
  }

  #setBusy(busy: boolean): void {
    this.#pulse.watch(busy);
    this.onBusy(busy);
  }

  #end(error: DyditError): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#pulse.watch(false);
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
  }
}

class RemoteWeights implements WeightSet {
  constructor(
    readonly id: number,
    private readonly send: (id: number, weights: LayerWeights) => Promise<void>,
    private readonly release: (id: number) => void,
  ) {}

  upload(weights: LayerWeights): Promise<void> {
    return this.send(this.id, weights);
  }

  destroy(): void {
    this.release(this.id);
  }
}

class RemoteStorage implements Storage {
  constructor(
    readonly id: number,
    readonly spec: TensorSpec,
    private readonly release: (id: number) => void,
  ) {}

  destroy(): void {
    this.release(this.id);
  }
}

/** Browsers refuse a message that there is no memory to copy as they do one that can't be copied. */
function notSent(thrown: unknown): DyditError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DyditError(
    'out-of-memory',
    `A thread of the processor could not be told what to do: ${reason}`,
    'Generate fewer images at once, or close other tabs.',
    { cause: thrown },
  );
}

function storageId(storage: Storage): number {
  if (storage instanceof RemoteStorage) return storage.id;
  throw foreign('storage is');
}

function foreign(what: string): DyditError {
  return new DyditError('internal', `The ${what} another lane's.`);
}
