import { DyditError } from '../errors';
import type { CheckpointTensor, TensorMap } from './tensor';
import { readFloat32, readHalfBits } from './decode';
import { guarded, quoted } from './failure';
import type { DrawnHalves } from './drawn-halves';
import { expectFinite, float16Format, float32Format } from './finite';
import type { ScaledBytes } from './scaled-bytes';

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

  /** How the file has a tensor's numbers; what is neither is as good as f32. */
  storage(name: string): 'f16' | 'f32' | 'int8' {
    return this.tensors.get(name)?.stored ?? (this.isHalf(name) ? 'f16' : 'f32');
  }

  /**
   * @throws DyditError `checkpoint-incomplete` where it is missing, `checkpoint-unsupported` where
   *   it is of another shape, `weights-not-finite` where a number in it is none or infinite
   */
  async float32(name: string, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
    const values = await readFloat32(this.expect(name, shape));
    expectFinite(name, new Uint32Array(values.buffer), float32Format);
    return values;
  }

  /** Half-precision bits of a tensor stored as f16; throws as `float32`. */
  async halfBits(name: string, shape: readonly number[]): Promise<Uint16Array<ArrayBuffer>> {
    const bits = await readHalfBits(this.expect(name, shape));
    expectFinite(name, bits, float16Format);
    return bits;
  }

  /** A tensor as the file's integers and scales, undefined where it has none; throws as `float32`. */
  async scaledBytes(name: string, shape: readonly number[]): Promise<ScaledBytes | undefined> {
    const scaledBytes = this.tensors.get(name)?.scaledBytes;
    if (!scaledBytes) return undefined;
    this.expect(name, shape);
    const values = await guarded(`Tensor ${quoted(name)}`, scaledBytes);
    expectFinite(name, new Uint32Array(values.scales.buffer), float32Format);
    return values;
  }

  /** The rule of a tensor that has to be drawn, undefined for all others; throws as `float32`. */
  drawn(name: string, shape: readonly number[]): DrawnHalves | undefined {
    return this.tensors.get(name)?.drawn && this.expect(name, shape).drawn;
  }

  /** @throws DyditError as `float32`, but for what reading shows */
  protected expect(name: string, shape: readonly number[]): CheckpointTensor {
    if (this.signal?.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
    const tensor = this.tensors.get(name);
    if (!tensor) {
      throw new DyditError(
        'checkpoint-incomplete',
        `The checkpoint has no tensor "${name}".`,
        'Drop the other parts of the model as well, or save it whole.',
      );
    }
    const same =
      tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i]);
    if (!same) {
      throw new DyditError(
        'checkpoint-unsupported',
        `Tensor "${name}" has shape [${tensor.shape.join(', ')}]; [${shape.join(', ')}] was expected.`,
        'The parts of this model do not fit together; check that all are of the same training run.',
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
