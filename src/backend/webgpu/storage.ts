import { DyditError } from '../../errors';
import type { TensorSpec } from '../../ops/tensor';
import type { Storage } from '../backend';

/** A tensor in a buffer of its own. */
export class GpuStorage implements Storage {
  #destroyed = false;

  constructor(
    readonly label: string,
    readonly spec: TensorSpec,
    private readonly made: GPUBuffer,
    private readonly onDestroy: (storage: GpuStorage) => void,
  ) {}

  /** @throws DyditError `internal` after `destroy` */
  get buffer(): GPUBuffer {
    if (this.#destroyed) throw new DyditError('internal', `${this.label} was freed already.`);
    return this.made;
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.made.destroy();
    this.onDestroy(this);
  }
}
