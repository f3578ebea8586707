import { DyditError } from '../../errors';
import { release } from '../release';
import type { ConvertedTensor } from './converted-tensor';
import type { PlannedShard } from './plan';

/** How writing reports and stops. */
export interface WriteControl {
  readonly signal?: AbortSignal;
  /** Receives the bytes of the file that are there so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Receives each tensor with its new bytes, which are only there until it is done. */
  readonly onConverted?: (
    tensor: ConvertedTensor,
    parts: readonly Uint8Array<ArrayBuffer>[],
  ) => Promise<void>;
  /** Taken for the file in place of memory of its own, where it is large enough. */
  readonly scratch?: Uint8Array<ArrayBuffer>;
}

/**
 * Converts the tensors of a file and puts it together in memory; one source tensor is held beside it.
 * @throws DyditError as `ConvertedTensor.convert`; `cancelled`
 */
export async function shardBytes(
  { header, tensors, bytes }: PlannedShard,
  { signal, onProgress, onConverted, scratch = new Uint8Array(bytes) }: WriteControl = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = scratch.subarray(0, bytes);
  file.set(header);
  let at = header.length;
  for (const tensor of tensors) {
    if (signal?.aborted) throw new DyditError('cancelled', 'Converting was cancelled.');
    const parts = await tensor.convert();
    await onConverted?.(tensor, parts);
    for (const part of parts) {
      file.set(part, at);
      at += part.length;
      release(part);
    }
    onProgress?.(at);
  }
  return file;
}
