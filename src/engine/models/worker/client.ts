import { DyditError } from '../../../errors';
import type { KeepControl, ModelLibrary } from '../library';
import type { FromLibrary, ToLibrary } from './protocol';

/** What the client needs of a worker. */
export interface LibraryWorker {
  readonly postMessage: (message: ToLibrary) => void;
  readonly terminate: () => void;
}

/** Starts a worker; `onMessage` and `onError` get what it sends and its failure. */
export type StartLibraryWorker = (
  onMessage: (message: FromLibrary) => void,
  onError: (message: string) => void,
) => LibraryWorker;

/** Files that take longer to look at than this are not meant to be read. */
export const inspectPatienceMs = 60_000;

type Request = ToLibrary extends infer Message
  ? Message extends unknown
    ? Omit<Message, 'id'>
    : never
  : never;

interface Call {
  readonly answer: (message: FromLibrary) => void;
  readonly fail: (error: DyditError) => void;
}

/**
 * The library in a worker of its own, which is started when it is first asked for, and anew after it
 * failed or hung: what is wrong with a file stays there.
 */
export class LibraryClient implements ModelLibrary {
  readonly #calls = new Map<number, Call>();
  #worker: LibraryWorker | undefined;
  #nextId = 1;

  constructor(
    private readonly start: StartLibraryWorker,
    private readonly patienceMs = inspectPatienceMs,
  ) {}

  readonly inspect: ModelLibrary['inspect'] = (files, choice) => {
    const request = { type: 'inspect', files, ...(choice && { choice }) } as const;
    const tooLong = new DyditError(
      'checkpoint-unsupported',
      'Reading what is in these files took too long.',
      'A checkpoint of a usual size is read in a second. Save the weights alone, or as .safetensors.',
    );
    const timer = setTimeout(() => this.#end(tooLong), this.patienceMs);
    return this.#call(request, (message) =>
      message.type === 'inspected' ? message.inspection : undefined,
    ).finally(() => clearTimeout(timer));
  };

  readonly remember: ModelLibrary['remember'] = (identity, choice) =>
    this.#do({ type: 'remember', identity, choice });

  readonly keep: ModelLibrary['keep'] = (request, control = {}) =>
    this.#call(
      { type: 'keep', request },
      (message) => (message.type === 'kept' ? message.model : undefined),
      control,
    );

  readonly fetch: ModelLibrary['fetch'] = (url, control = {}) =>
    this.#call(
      { type: 'fetch', url },
      (message) => (message.type === 'files' ? message.files : undefined),
      control,
    );

  readonly overview: ModelLibrary['overview'] = () =>
    this.#call({ type: 'overview' }, (message) =>
      message.type === 'overview' ? message.overview : undefined,
    );

  readonly remove: ModelLibrary['remove'] = (model) => this.#do({ type: 'remove', model });

  readonly rename: ModelLibrary['rename'] = (model, name) =>
    this.#do({ type: 'rename', model, name });

  readonly files: ModelLibrary['files'] = (model) =>
    this.#call({ type: 'files', model }, (message) =>
      message.type === 'files' ? message.files : undefined,
    );

  async #do(request: Request): Promise<void> {
    await this.#call(request, (message) => (message.type === 'done' ? true : undefined));
  }

  #call<T>(
    request: Request,
    read: (message: FromLibrary) => T | undefined,
    { signal, onProgress }: KeepControl = {},
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(new DyditError('cancelled', 'Cancelled.'));
    const id = this.#nextId++;
    const worker = (this.#worker ??= this.start(
      (message) => this.#calls.get(message.id)?.answer(message),
      (reason) => {
        this.#end(
          new DyditError('internal', `The reader of files failed: ${reason}`, 'Try again.'),
        );
      },
    ));
    return new Promise<T>((resolve, reject) => {
      const cancel = () => worker.postMessage({ type: 'cancel', id });
      const settle = () => {
        this.#calls.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      const fail = (error: DyditError) => {
        settle();
        reject(error);
      };
      signal?.addEventListener('abort', cancel);
      this.#calls.set(id, {
        answer: (message) => {
          if (message.type === 'progress') onProgress?.(message.fraction);
          if (message.type === 'failed') fail(DyditError.fromReport(message.error));
          const value = read(message);
          if (value === undefined) return;
          settle();
          resolve(value);
        },
        fail,
      });
      worker.postMessage({ ...request, id });
    });
  }

  /** The worker is of no use any more; another one is started when it is needed. */
  #end(error: DyditError): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const call of [...this.#calls.values()]) call.fail(error);
  }
}

/** The library of this browser, in a worker. */
export function createLibrary(): ModelLibrary {
  return new LibraryClient((onMessage, onError) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'dydit-library',
    });
    worker.addEventListener('message', (event: MessageEvent<FromLibrary>) => onMessage(event.data));
    worker.addEventListener('error', ({ message }) => onError(message));
    return {
      postMessage: (message) => worker.postMessage(message),
      terminate: () => worker.terminate(),
    };
  });
}
