import { DyditError } from '../errors';
import type { CheckpointTensor, TensorMap } from './checkpoint';
import { readFloat32, readHalfBits } from './decode';

/** Hands out a checkpoint's tensors after checking their shapes, and counts what was read. */
export class TensorSource {
  /** Elements of all tensors. */
  readonly elements: number;
  #elementsRead = 0;

  /**
   * @param onProgress receives the share of the checkpoint's elements read so far, 0..1
   * @param signal checked at every read
   */
  constructor(
    private readonly tensors: TensorMap,
    private readonly onProgress?: (fraction: number) => void,
    private readonly signal?: AbortSignal,
  ) {
    this.elements = [...tensors.values()].reduce((sum, tensor) => sum + elementCount(tensor), 0);
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** True where the tensor is stored in half precision. */
  isHalf(name: string): boolean {
    return this.tensors.get(name)?.dtype === 'f16';
  }

  /** @throws DyditError `checkpoint-broken` where it is missing or of another shape */
  async float32(name: string, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
    return readFloat32(this.#expect(name, shape));
  }

  /** Half-precision bits of a tensor stored as f16. */
  async halfBits(name: string, shape: readonly number[]): Promise<Uint16Array<ArrayBuffer>> {
    return readHalfBits(this.#expect(name, shape));
  }

  #expect(name: string, shape: readonly number[]): CheckpointTensor {
    if (this.signal?.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
    const tensor = this.tensors.get(name);
    if (!tensor) {
      throw new DyditError(
        'checkpoint-broken',
        `The checkpoint has no tensor "${name}".`,
        'Check that the file is complete and of a supported model.',
      );
    }
    const same =
      tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i]);
    if (!same) {
      throw new DyditError(
        'checkpoint-broken',
        `Tensor "${name}" has shape [${tensor.shape.join(', ')}]; [${shape.join(', ')}] was expected.`,
        'Check that the file is complete and of a supported model.',
      );
    }
    this.#elementsRead += elementCount(tensor);
    this.onProgress?.(this.#elementsRead / this.elements);
    return tensor;
  }
}

function elementCount(tensor: CheckpointTensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
