import { type Clock, wallClock } from '../../clock';
import { DyditError, type ErrorReport } from '../../errors';
import { Pulse } from '../../pulse';
import type {
  Engine,
  EngineOptions,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  LoadOptions,
  MachineReport,
  ModelInfo,
  ModelSource,
} from '../api';
import { openWorker, workersForbidden, type OpenedWorker } from './open-worker';
import type { FromWorker, ToWorker } from './protocol';

/** A worker that is told to cancel says something within this. */
const cancelMs = 5000;

/** One that has said something has stopped within this. */
const stopMs = 20_000;

/** A worker that starts is through with it within this. */
const startMs = 60_000;

/** A call that waits for its answer. */
interface Call {
  readonly answer: (message: FromWorker) => void;
  readonly fail: (error: DyditError) => void;
}

/** What the client needs of a worker. */
export type EngineWorker = OpenedWorker<ToWorker, FromWorker>;

/** The page's end of the worker: calls out, answers and events in. */
class WorkerConnection {
  readonly lost: Promise<ErrorReport>;
  readonly #worker: EngineWorker;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #gone: DyditError | undefined;
  #reportLost: (report: ErrorReport) => void = () => undefined;
  readonly #pulse: Pulse;
  /** Messages so far: whether something was heard since. */
  #heard = 0;

  constructor(
    worker: EngineWorker,
    private readonly clock: Clock,
  ) {
    this.#worker = worker;
    this.#pulse = new Pulse(clock, {
      ask: () => this.#send({ type: 'ping' }),
      onSilence: () => this.#giveUp('It has given no sign of life for a while.'),
    });
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
    worker.listen({
      onMessage: (message) => this.#receive(message),
      onError: (reason) => {
        const error = new DyditError(
          'worker-failed',
          `The engine's worker failed: ${reason}.`,
          // One that has said nothing was never there.
          this.#heard > 0
            ? 'Start the engine again; your settings and pictures are kept.'
            : workersForbidden,
        );
        this.#lose(error);
      },
    });
  }

  start({ signal, ...options }: EngineOptions): Promise<MachineReport> {
    const takeBack = this.clock.after(startMs, () => this.#giveUp('It does not start.'));
    // A worker that starts has nothing to lose: it is not asked to stop, but ended.
    const end = () => this.#end(new DyditError('cancelled', 'Cancelled.'));
    signal?.addEventListener('abort', end);
    const started = this.#call<MachineReport>(
      (id) => ({ type: 'start', id, options }),
      (message, resolve) => {
        if (message.type === 'started') resolve(message.machine);
      },
      // Where it is aborted already, nothing is begun.
      signal?.aborted ? signal : undefined,
    );
    return started.finally(() => {
      takeBack();
      signal?.removeEventListener('abort', end);
    });
  }

  load(source: ModelSource, options: LoadOptions = {}): Promise<ModelInfo> {
    return this.#call<ModelInfo>(
      (id) => ({ type: 'load', id, source, images: options.images }),
      (message, resolve) => {
        if (message.type === 'load-progress') options.onProgress?.(message.progress);
        if (message.type === 'loaded') resolve(message.model);
      },
      options.signal,
    );
  }

  generate(request: GenerateRequest, options: GenerateOptions = {}): Promise<GenerateResult> {
    return this.#call<GenerateResult>(
      (id) => ({ type: 'generate', id, request, from: options.from }),
      (message, resolve) => {
        if (message.type === 'step') options.onStep?.(message.event);
        if (message.type === 'preview') options.onPreview?.(message.pictures);
        if (message.type === 'bookmark') options.onBookmark?.(message.bookmark);
        if (message.type === 'picture') options.onPicture?.(message.index, message.picture);
        if (message.type === 'generated') resolve(message.result);
      },
      options.signal,
    );
  }

  measureAgain(onProgress?: (fraction: number) => void): Promise<number> {
    return this.#call<number>(
      (id) => ({ type: 'measure-again', id }),
      (message, resolve) => {
        if (message.type === 'measure-progress') onProgress?.(message.fraction);
        if (message.type === 'measured') resolve(message.shapes);
      },
    );
  }

  dispose(): void {
    this.#end(new DyditError('cancelled', 'The engine was disposed of.'));
  }

  #call<T>(
    compose: (id: number) => ToWorker,
    receive: (message: FromWorker, resolve: (value: T) => void) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    if (signal?.aborted) return Promise.reject(new DyditError('cancelled', 'Cancelled.'));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      let takeBack = (): void => undefined;
      const cancel = () => {
        takeBack = this.#expectCancelled();
        this.#send({ type: 'cancel', id });
      };
      const settle = () => {
        takeBack();
        this.#calls.delete(id);
        this.#pulse.watch(this.#calls.size > 0);
        signal?.removeEventListener('abort', cancel);
      };
      signal?.addEventListener('abort', cancel);
      this.#calls.set(id, {
        answer: (message) => {
          receive(message, (value) => {
            settle();
            resolve(value);
          });
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      });
      this.#pulse.watch(true);
      try {
        this.#send(compose(id));
      } catch (thrown) {
        settle();
        reject(DyditError.from(thrown));
      }
    });
  }

  /** Gives the worker up where it does not stop. @returns takes that back */
  #expectCancelled(): () => void {
    const before = this.#heard;
    let takeBack = this.clock.after(cancelMs, () => {
      if (this.#heard === before) {
        this.#giveUp('It did not answer Cancel.');
        return;
      }
      takeBack = this.clock.after(stopMs - cancelMs, () => this.#giveUp('Cancel did not stop it.'));
    });
    return () => takeBack();
  }

  #receive(message: FromWorker): void {
    this.#heard++;
    this.#pulse.heard();
    if (message.type === 'pong') return;
    if (message.type === 'lost') {
      this.#lose(DyditError.fromReport(message.error));
      return;
    }
    const call = this.#calls.get(message.id);
    if (message.type === 'failed') call?.fail(DyditError.fromReport(message.error));
    else call?.answer(message);
  }

  /** @param how in a sentence */
  #giveUp(how: string): void {
    this.#lose(
      new DyditError(
        'not-answering',
        `The engine hung and was ended. ${how}`,
        'Start the engine again; your settings and pictures are kept.',
      ),
    );
  }

  /** The loss is told first: what the calls say then comes from an engine that is gone. */
  #lose(error: DyditError): void {
    this.#reportLost(error.toReport());
    this.#end(error);
  }

  #end(error: DyditError): void {
    this.#gone ??= error;
    this.#pulse.watch(false);
    this.#worker.terminate();
    for (const call of [...this.#calls.values()]) call.fail(error);
  }

  #send(message: ToWorker): void {
    if (!this.#gone) this.#worker.postMessage(message);
  }
}

/**
 * Starts a session behind a worker.
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `invalid-request`,
 * `not-answering`, `worker-failed`, `cancelled`
 */
export async function connect(
  worker: EngineWorker,
  options: EngineOptions,
  clock: Clock = wallClock,
): Promise<Engine> {
  const connection = new WorkerConnection(worker, clock);
  try {
    const machine = await connection.start(options);
    return {
      machine,
      lost: connection.lost,
      load: (source, loadOptions) => connection.load(source, loadOptions),
      generate: (request, generateOptions) => connection.generate(request, generateOptions),
      measureAgain: (onProgress) => connection.measureAgain(onProgress),
      dispose: () => connection.dispose(),
    };
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

/** Starts the engine in a worker. @throws DyditError as `connect` */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const worker = openWorker<ToWorker, FromWorker>(
    () =>
      new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'dydit-engine' }),
  );
  return connect(worker, options);
}
