import { DyditError } from '../../errors';

/** What to do where a worker does not start; browsers do not say why. */
export const workersForbidden =
  'Try again. If that does not help, an extension, the settings of the browser or the page’s Content-Security-Policy forbids workers: of the packaged engine they need "worker-src blob:".';

/** What a worker says. */
export interface WorkerListeners<Message> {
  readonly onMessage: (message: Message) => void;
  /** It is of no use any more: its script has failed, could not be had, or said what can't be read. */
  readonly onError: (reason: string) => void;
}

/** A worker, with all that a browser may do about it told as an error of ours. */
export interface OpenedWorker<To, From> {
  /** @throws DyditError `out-of-memory` where it can't be copied */
  readonly postMessage: (message: To) => void;
  /** Called once, before anything is posted. */
  readonly listen: (listeners: WorkerListeners<From>) => void;
  readonly terminate: () => void;
}

/**
 * Starts a worker.
 * @param make spelled out by the caller, as bundlers look for `new Worker(new URL(...))`
 * @throws DyditError `worker-failed` where the browser refuses
 */
export function openWorker<To, From>(make: () => Worker): OpenedWorker<To, From> {
  const worker = attempt(make);
  return {
    postMessage(message) {
      try {
        worker.postMessage(message);
      } catch (thrown) {
        throw notSent(thrown);
      }
    },
    listen({ onMessage, onError }) {
      worker.addEventListener('message', ({ data }: MessageEvent<From>) => onMessage(data));
      worker.addEventListener('error', ({ message }) => onError(message || 'it did not start'));
      worker.addEventListener('messageerror', () => onError('what it said could not be read'));
    },
    terminate: () => worker.terminate(),
  };
}

function attempt(make: () => Worker): Worker {
  try {
    return make();
  } catch (thrown) {
    throw new DyditError(
      'worker-failed',
      `The browser refused to start a worker: ${sentenceOf(thrown)}`,
      workersForbidden,
      { cause: thrown },
    );
  }
}

/** Browsers refuse a message that there is no memory to copy as they do one that can't be copied. */
function notSent(thrown: unknown): DyditError {
  return new DyditError(
    'out-of-memory',
    `A worker could not be told what to do: ${sentenceOf(thrown)}`,
    'Close other tabs and programs, then try again.',
    { cause: thrown },
  );
}

function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
