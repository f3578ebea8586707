import { DyditError } from '../../errors';
import type { BackendOptions, LoadProgress, Picture } from '../api';
import type { Session } from '../session';
import type { FromWorker, ToWorker } from './protocol';

/** What the worker needs of a session. */
export type ServedSession = Pick<
  Session,
  'machine' | 'lost' | 'load' | 'generate' | 'measureAgain'
>;

/** Sends a message to the page. */
type Send = (message: FromWorker, transfer?: Transferable[]) => void;

/** The worker's end of the protocol: one session, calls answered by their id. */
export class SessionServer {
  readonly #aborts = new Map<number, AbortController>();
  #session: ServedSession | undefined;

  constructor(
    private readonly start: (options: BackendOptions) => Promise<ServedSession>,
    private readonly send: Send,
  ) {}

  async receive(message: ToWorker): Promise<void> {
    const { send } = this;
    if (message.type === 'ping') {
      send({ type: 'pong' });
      return;
    }
    const { id } = message;
    switch (message.type) {
      case 'start':
        await this.#answer(id, async () => {
          const session = await this.start(message.options);
          this.#session = session;
          void session.lost.then((error) => send({ type: 'lost', error }));
          send({ type: 'started', id, machine: session.machine });
        });
        break;
      case 'load':
        await this.#answer(id, async (signal) => {
          const { source, images } = message;
          const onProgress = (progress: LoadProgress) =>
            send({ type: 'load-progress', id, progress });
          const model = await this.#running().load(source, signal, onProgress, images);
          send({ type: 'loaded', id, model });
        });
        break;
      case 'generate':
        await this.#answer(id, async (signal) => {
          const result = await this.#running().generate(message.request, signal, {
            onStep: (event) => send({ type: 'step', id, event }),
            onPreview: (pictures) => send({ type: 'preview', id, pictures }, buffersOf(pictures)),
            onBookmark: (bookmark) =>
              send({ type: 'bookmark', id, bookmark }, [bookmark.latent.buffer]),
            // Copied: it is a part of the result as well.
            onPicture: (index, picture) => send({ type: 'picture', id, index, picture }),
            from: message.from,
          });
          send({ type: 'generated', id, result }, buffersOf(result.pictures));
        });
        break;
      case 'measure-again':
        await this.#answer(id, async () => {
          const shapes = await this.#running().measureAgain((fraction) =>
            send({ type: 'measure-progress', id, fraction }),
          );
          send({ type: 'measured', id, shapes });
        });
        break;
      case 'cancel':
        this.#aborts.get(id)?.abort();
        // A step under way may still take a while.
        send({ type: 'pong' });
    }
  }

  /** A message has come that can't be read: nobody would answer it, so the page is told. */
  unreadable(): void {
    const error = new DyditError(
      'worker-failed',
      "The engine's worker could not read what it was told.",
      'Start the engine again; your settings and pictures are kept.',
    );
    this.send({ type: 'lost', error: error.toReport() });
  }

  /** Runs a call that answers with its result, or answers with its failure. */
  async #answer(id: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    try {
      await work(abort.signal);
    } catch (error) {
      this.send({ type: 'failed', id, error: DyditError.ofCall(error, abort.signal).toReport() });
    } finally {
      this.#aborts.delete(id);
    }
  }

  #running(): ServedSession {
    if (this.#session) return this.#session;
    throw new DyditError('internal', 'The engine was used before it was started.');
  }
}

/** The bytes of pictures, which move to the page instead of being copied. */
function buffersOf(pictures: readonly Picture[]): Transferable[] {
  return pictures.map(({ rgba }) => rgba.buffer);
}
