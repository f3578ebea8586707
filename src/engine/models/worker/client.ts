import { type Clock, wallClock } from '../../../clock';
import { DyditError } from '../../../errors';
import { type OpenedWorker, openWorker } from '../../worker/open-worker';
import type { KeepControl, ModelLibrary } from '../library';
import type { FromLibrary, FromLibraryCall, ToLibrary } from './protocol';

/** What the client needs of a worker. */
export type LibraryWorker = OpenedWorker<ToLibrary, FromLibrary>;

/** Files that take longer to look at than this are not meant to be read. */
export const inspectPatienceMs = 60_000;

/** A worker that is told to cancel says so within this. */
const cancelMs = 5000;

/** One that has said so has stopped within this. */
const stopMs = 20_000;

type Request = ToLibrary extends infer Message
  ? Message extends unknown
    ? Omit<Message, 'id'>
    : never
  : never;

interface Call {
  readonly answer: (message: FromLibraryCall) => void;
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
    private readonly start: () => LibraryWorker,
    private readonly clock: Clock = wallClock,
  ) {}

  readonly inspect: ModelLibrary['inspect'] = (files, choice) => {
    const request = { type: 'inspect', files, ...(choice && { choice }) } as const;
    const tooLong = new DyditError(
      'checkpoint-unsupported',
      'Reading what is in these files took too long.',
      'A checkpoint of a usual size is read in a second. Save the weights alone, or as .safetensors.',
    );
    const takeBack = this.clock.after(inspectPatienceMs, () => this.#end(tooLong));
    return this.#call(request, (message) =>
      message.type === 'inspected' ? message.inspection : undefined,
    ).finally(takeBack);
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

  readonly discard: ModelLibrary['discard'] = (files) => this.#do({ type: 'discard', files });

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
    read: (message: FromLibraryCall) => T | undefined,
    { signal, onProgress }: KeepControl = {},
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(new DyditError('cancelled', 'Cancelled.'));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const worker = (this.#worker ??= this.#open());
      let takeBack = (): void => undefined;
      // Who has cancelled is told no more than that; to the others their worker has failed.
      const giveUp = () => {
        fail(new DyditError('cancelled', 'Cancelled.'));
        this.#end(hung());
      };
      const cancel = () => {
        takeBack = this.clock.after(cancelMs, giveUp);
        worker.postMessage({ type: 'cancel', id });
      };
      const settle = () => {
        takeBack();
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
          if (message.type === 'cancelling') {
            takeBack();
            takeBack = this.clock.after(stopMs - cancelMs, giveUp);
          }
          if (message.type === 'failed') fail(DyditError.fromReport(message.error));
          const value = read(message);
          if (value === undefined) return;
          settle();
          resolve(value);
        },
        fail,
      });
      try {
        worker.postMessage({ ...request, id });
      } catch (thrown) {
        fail(DyditError.from(thrown));
      }
    });
  }

  /** @throws DyditError `worker-failed` */
  #open(): LibraryWorker {
    const worker = this.start();
    // What is still heard of one that was ended is of no interest.
    const isPresent = () => this.#worker === worker;
    worker.listen({
      onMessage: (message) => {
        if (!isPresent()) return;
        if (message.type === 'lost') this.#end(DyditError.fromReport(message.error));
        else this.#calls.get(message.id)?.answer(message);
      },
      onError: (reason) => {
        if (!isPresent()) return;
        const what = `The reader of files failed: ${reason}.`;
        this.#end(new DyditError('worker-failed', what, 'Try again.'));
      },
    });
    return worker;
  }

  /** The worker is of no use any more; another one is started when it is needed. */
  #end(error: DyditError): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const call of [...this.#calls.values()]) call.fail(error);
  }
}

function hung(): DyditError {
  return new DyditError(
    'worker-failed',
    'The reader of files hung and was ended.',
    'Try again; what it had written is gone on with.',
  );
}

/** The library of this browser, in a worker. */
export function createLibrary(): ModelLibrary {
  return new LibraryClient(() =>
    openWorker(
      () =>
        new Worker(new URL('./worker.ts', import.meta.url), {
          type: 'module',
          name: 'dydit-library',
        }),
    ),
  );
}
