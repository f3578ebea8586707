import { DyditError } from '../../errors';

/** What went wrong with a store as a model was written to it, in words. */
export function storageFailure(thrown: unknown, wanted: number): DyditError {
  if (!isFull(thrown)) return changeFailure(thrown, 'The browser did not keep it');
  const megabytes = Math.ceil(wanted / 1e6);
  return new DyditError(
    'storage-full',
    `There is no room for the model in this browser's store: it takes ${megabytes} MB.`,
    'Delete a kept model, keep this one in a smaller type, or make room on the disk. The others are whole.',
    { cause: thrown },
  );
}

/**
 * The same of a change to a model that is kept already.
 * @param what did not happen, as the beginning of a sentence
 */
export function changeFailure(thrown: unknown, what: string): DyditError {
  if (!(thrown instanceof DOMException) || thrown.name === 'AbortError') {
    return DyditError.from(thrown);
  }
  if (isFull(thrown)) {
    return new DyditError(
      'storage-full',
      `${what}: there is no room left for it.`,
      'Make room on the disk, or delete a kept model. This one is whole, as it was.',
      { cause: thrown },
    );
  }
  const isInUse = thrown.name === 'NoModificationAllowedError';
  return new DyditError(
    'storage-failed',
    `${what}: ${isInUse ? 'a file of it is in use.' : thrown.message}`,
    'Try again. If that does not help, close this page in other tabs, then reload it; the browser’s settings can clear all that a site keeps.',
    { cause: thrown },
  );
}

/** A folder that another page, or this one, is at work on. */
export function folderBusy(): DyditError {
  return new DyditError(
    'invalid-request',
    'This model is being written or fetched just now, on this page or in another tab.',
    'Wait until that is done, or cancel it there.',
  );
}

/** Whether that is how a browser says that its store has no room left. */
export function isFull(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'QuotaExceededError';
}
