import { DyditError } from '../../errors';
import type { PlannedShard } from './plan';

/** How writing reports and stops. */
export interface WriteControl {
  readonly signal?: AbortSignal;
  /** Receives the bytes of the file that are there so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Taken for the file in place of memory of its own, where it is large enough. */
  readonly scratch?: Uint8Array<ArrayBuffer>;
}

/**
 * Converts the tensors of a file and puts it together in memory; one source tensor is held beside it.
 * @throws DyditError as `ConvertedTensor.convert`; `cancelled`
 */
export async function shardBytes(
  { header, tensors, bytes }: PlannedShard,
  { signal, onProgress, scratch = new Uint8Array(bytes) }: WriteControl = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = scratch.subarray(0, bytes);
  file.set(header);
  let at = header.length;
  for (const tensor of tensors) {
    if (signal?.aborted) throw new DyditError('cancelled', 'Converting was cancelled.');
    for (const part of await tensor.convert()) {
      file.set(part, at);
      at += part.length;
    }
    onProgress?.(at);
  }
  return file;
}
