import type { DrawnHalves } from './drawn-halves';
import { quoted, unsupported } from './failure';
import type { CheckpointTensor } from './tensor';
import { TensorSource } from './tensor-source';

/**
 * Checks shapes as a `TensorSource` does, and that numbers are no integers that have lost their scales;
 * reads nothing: what it hands out is empty.
 */
export class ShapeSource extends TensorSource {
  override float32(name: string, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
    return this.#empty(name, shape, Float32Array);
  }

  override halfBits(name: string, shape: readonly number[]): Promise<Uint16Array<ArrayBuffer>> {
    return this.#empty(name, shape, Uint16Array);
  }

  /** None: integers are asked for as floats then, of the same shape. */
  override scaledBytes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override drawn(): DrawnHalves | undefined {
    return undefined;
  }

  protected override expect(name: string, shape: readonly number[]): CheckpointTensor {
    const tensor = super.expect(name, shape);
    if (!/^b?f/.test(tensor.dtype) && tensor.stored === undefined) {
      throw unsupported(
        `Tensor ${quoted(name)} is of integers (${tensor.dtype}) without scales.`,
        'Save the weights as they were before they were quantised, in f32, f16 or bf16.',
      );
    }
    return tensor;
  }

  async #empty<T>(name: string, shape: readonly number[], Numbers: new () => T): Promise<T> {
    await Promise.resolve(this.expect(name, shape));
    return new Numbers();
  }
}
