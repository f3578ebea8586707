import { DyditError } from '../errors';
import type { Engine, EngineOptions, ModelSource } from './api';
import { assertEngineOptions, assertModelSource } from './arguments';
import { eitherSignal } from './either-signal';
import { keepAlive } from './keep-alive';
import { Session } from './session';

/**
 * The engine on this thread, for places without workers of the web's kind, such as Node.
 * @throws DyditError as `chooseBackend`, `cancelled`
 */
export async function createLocalEngine(options: EngineOptions = {}): Promise<Engine> {
  assertEngineOptions(options);
  const engine = new LocalEngine(await keepAlive(() => Session.start(options)));
  if (!options.signal?.aborted) return engine;
  engine.dispose();
  throw new DyditError('cancelled', 'Cancelled.');
}

class LocalEngine implements Engine {
  readonly machine: Engine['machine'];
  readonly lost: Engine['lost'];
  readonly load: Engine['load'];
  readonly generate: Engine['generate'];
  readonly measureAgain: Engine['measureAgain'];
  readonly #end = new AbortController();

  constructor(private readonly session: Session) {
    this.machine = session.machine;
    this.lost = session.lost;
    this.load = (source, { signal, onProgress, images } = {}) =>
      this.#work(signal, async (ended) => {
        assertModelSource(source);
        assertWholeAddress(source);
        return session.load(source, ended, (event) => onProgress?.(event), images);
      });
    this.generate = (request, { signal, ...options } = {}) =>
      this.#work(signal, (ended) => session.generate(request, ended, options));
    this.measureAgain = (onProgress) =>
      this.#work(undefined, () => session.measureAgain((fraction) => onProgress?.(fraction)));
  }

  dispose(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.session.destroy();
  }

  /** Work that ends with the caller's signal, or with the engine. */
  async #work<T>(
    signal: AbortSignal | undefined,
    work: (ended: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signals = [this.#end.signal, signal].filter((one) => one !== undefined);
    const ended = eitherSignal(signals);
    if (ended.aborted) {
      const disposed = this.#end.signal.aborted;
      throw new DyditError('cancelled', disposed ? 'The engine was disposed of.' : 'Cancelled.');
    }
    return keepAlive(() => work(ended));
  }
}

/** Here is no page whose address a part of one could be completed by. */
function assertWholeAddress(source: ModelSource): void {
  if (source.kind !== 'manifest') return;
  if (/^(file|https?|data|blob):/i.test(source.url) && URL.canParse(source.url)) return;
  throw new DyditError(
    'invalid-request',
    `${JSON.stringify(source.url)} is not a whole address.`,
    'Give one that begins with https: or file:, such as pathToFileURL(path).href of node:url.',
  );
}
