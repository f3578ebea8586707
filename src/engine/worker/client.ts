import { DyditError, type ErrorReport } from '../../errors';
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
import type { FromWorker, ToWorker } from './protocol';

/** A call that waits for its answer. */
interface Call {
  readonly answer: (message: FromWorker) => void;
  readonly fail: (error: DyditError) => void;
}

/** What the client needs of a worker. */
export interface EngineWorker {
  readonly postMessage: (message: ToWorker) => void;
  /** Called once, before anything is posted. */
  readonly listen: (listeners: WorkerListeners) => void;
  readonly terminate: () => void;
}

/** What a worker sends. */
export interface WorkerListeners {
  readonly onMessage: (message: FromWorker) => void;
  /** The worker's script has failed, or could not be had. */
  readonly onError: (message: string) => void;
}

/** The page's end of the worker: calls out, answers and events in. */
class WorkerConnection {
  readonly lost: Promise<ErrorReport>;
  readonly #worker: EngineWorker;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #gone: DyditError | undefined;
  #reportLost: (report: ErrorReport) => void = () => undefined;

  constructor(worker: EngineWorker) {
    this.#worker = worker;
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
    worker.listen({
      onMessage: (message) => this.#receive(message),
      onError: (message) => {
        const error = new DyditError(
          'internal',
          `The engine's worker failed: ${message || 'it could not be started.'}`,
          'Start the engine again; your settings and pictures are kept.',
        );
        this.#reportLost(error.toReport());
        this.#end(error);
      },
    });
  }

  start(options: EngineOptions): Promise<MachineReport> {
    return this.#call<MachineReport>(
      (id) => ({ type: 'start', id, options }),
      (message, resolve) => {
        if (message.type === 'started') resolve(message.machine);
      },
    );
  }

  load(source: ModelSource, options: LoadOptions = {}): Promise<ModelInfo> {
    return this.#call<ModelInfo>(
      (id) => ({ type: 'load', id, source }),
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
      const cancel = () => this.#send({ type: 'cancel', id });
      const settle = () => {
        this.#calls.delete(id);
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
      this.#send(compose(id));
    });
  }

  #receive(message: FromWorker): void {
    if (message.type === 'lost') {
      this.#reportLost(message.error);
      this.#end(DyditError.fromReport(message.error));
      return;
    }
    const call = this.#calls.get(message.id);
    if (message.type === 'failed') call?.fail(DyditError.fromReport(message.error));
    else call?.answer(message);
  }

  #end(error: DyditError): void {
    this.#gone ??= error;
    this.#worker.terminate();
    for (const call of [...this.#calls.values()]) call.fail(error);
  }

  #send(message: ToWorker): void {
    if (!this.#gone) this.#worker.postMessage(message);
  }
}

/**
 * Starts a session behind a worker.
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `invalid-request`
 */
export async function connect(worker: EngineWorker, options: EngineOptions): Promise<Engine> {
  const connection = new WorkerConnection(worker);
  try {
    const machine = await connection.start(options);
    return {
      machine,
      lost: connection.lost,
      load: (source, loadOptions) => connection.load(source, loadOptions),
      generate: (request, generateOptions) => connection.generate(request, generateOptions),
      dispose: () => connection.dispose(),
    };
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

/** Starts the engine in a worker. @throws DyditError as `connect` */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'dydit-engine',
  });
  return connect(
    {
      postMessage: (message) => worker.postMessage(message),
      listen: ({ onMessage, onError }) => {
        worker.addEventListener('message', (event: MessageEvent<FromWorker>) =>
          onMessage(event.data),
        );
        worker.addEventListener('error', ({ message }) => onError(message));
      },
      terminate: () => worker.terminate(),
    },
    options,
  );
}
