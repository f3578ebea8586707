import { DyditError } from '../../errors';

/** What went wrong with a store, in words. */
export function storageFailure(thrown: unknown, wanted: number): DyditError {
  if (thrown instanceof DyditError) return thrown;
  const name = thrown instanceof Error ? thrown.name : '';
  if (name !== 'QuotaExceededError') return DyditError.from(thrown);
  const megabytes = Math.ceil(wanted / 1e6);
  return new DyditError(
    'storage-full',
    `There is no room for the model in this browser's store: it takes ${megabytes} MB.`,
    'Delete a kept model, keep this one in a smaller type, or make room on the disk. The others are whole.',
    { cause: thrown },
  );
}
