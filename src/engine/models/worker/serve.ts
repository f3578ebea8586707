import { DyditError } from '../../../errors';
import type { ModelLibrary } from '../library';
import type { FromLibrary, FromLibraryCall, ToLibrary } from './protocol';

/** The worker's end of the protocol: calls answered by their id. */
export class LibraryServer {
  readonly #aborts = new Map<number, AbortController>();

  constructor(
    private readonly library: ModelLibrary,
    private readonly send: (message: FromLibrary) => void,
  ) {}

  async receive(message: ToLibrary): Promise<void> {
    const { id } = message;
    if (message.type === 'cancel') {
      this.#aborts.get(id)?.abort();
      this.send({ type: 'cancelling', id });
      return;
    }
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    try {
      this.send(await this.#answer(message, abort.signal));
    } catch (thrown) {
      this.send({ type: 'failed', id, error: DyditError.ofCall(thrown, abort.signal).toReport() });
    } finally {
      this.#aborts.delete(id);
    }
  }

  /** A message has come that can't be read: nobody would answer it, so the page is told. */
  unreadable(): void {
    const error = new DyditError(
      'worker-failed',
      'The reader of files could not read what it was told.',
      'Try again.',
    );
    this.send({ type: 'lost', error: error.toReport() });
  }

  async #answer(
    message: Exclude<ToLibrary, { type: 'cancel' }>,
    signal: AbortSignal,
  ): Promise<FromLibraryCall> {
    const { library } = this;
    const { id } = message;
    switch (message.type) {
      case 'inspect':
        return {
          ...{ type: 'inspected', id },
          inspection: await library.inspect(message.files, message.choice),
        };
      case 'remember':
        await library.remember(message.identity, message.choice);
        return { type: 'done', id };
      case 'keep': {
        const onProgress = (fraction: number) => this.send({ type: 'progress', id, fraction });
        return {
          type: 'kept',
          id,
          model: await library.keep(message.request, { signal, onProgress }),
        };
      }
      case 'fetch': {
        const onProgress = (fraction: number) => this.send({ type: 'progress', id, fraction });
        const files = await library.fetch(message.url, { signal, onProgress });
        return { type: 'files', id, files };
      }
      case 'discard':
        await library.discard(message.files);
        return { type: 'done', id };
      case 'overview':
        return { type: 'overview', id, overview: await library.overview() };
      case 'remove':
        await library.remove(message.model);
        return { type: 'done', id };
      case 'rename':
        await library.rename(message.model, message.name);
        return { type: 'done', id };
      case 'files':
        return { type: 'files', id, files: await library.files(message.model) };
    }
  }
}
