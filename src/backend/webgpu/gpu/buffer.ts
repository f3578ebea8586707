import { DyditError } from '../../../errors';
import type { Gpu } from './device';
import { thrownByDevice } from './failure';

/** Usage of every data buffer: bound as storage, copied both ways. */
function storageUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

/** Bytes of the smallest buffer, so that empty tensors and one vec4 can be bound. */
const smallestBuffer = 16;

/**
 * Owns the buffers and bound kernels of one model or one program, so that they are freed together.
 * Sizes are checked against the device's limits before anything is asked for.
 */
export class BufferArena {
  readonly #resources: { destroy(): void }[] = [];

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
  ) {}

  /** Most bytes of a buffer that can be bound whole. */
  get largestBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.gpu.device.limits;
    return Math.min(maxBufferSize, maxStorageBufferBindingSize);
  }

  /**
   * A zeroed storage buffer.
   * @param name label, `Module.thing`
   * @param byteLength at least 16 is allocated
   * @param extraUsage further `GPUBufferUsage` flags
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  create(name: string, byteLength: number, extraUsage = 0): GPUBuffer {
    const size = Math.max(smallestBuffer, Math.ceil(byteLength / 4) * 4);
    const label = `${this.label}.${name}`;
    const limit = this.largestBytes;
    if (size > limit) {
      throw new DyditError(
        'limit-too-small',
        `${label} needs a buffer of ${(size / 2 ** 20).toFixed(0)} MiB, and this adapter allows ${(limit / 2 ** 20).toFixed(0)} MiB.`,
        'Generate fewer images at once, or use a smaller model.',
      );
    }
    try {
      const usage = storageUsage() | extraUsage;
      return this.adopt(this.gpu.device.createBuffer({ label, size, usage }));
    } catch (cause) {
      throw thrownByDevice(`making ${label}`, cause);
    }
  }

  /** A storage buffer holding `data`. */
  upload(name: string, data: ArrayBufferView<ArrayBuffer>, extraUsage = 0): GPUBuffer {
    const buffer = this.create(name, data.byteLength, extraUsage);
    this.write(buffer, data);
    return buffer;
  }

  /** Queues a write of `data` at the start of `buffer`. */
  write(buffer: GPUBuffer, data: ArrayBufferView<ArrayBuffer>): void {
    const { queue } = this.gpu.device;
    const whole = data.byteLength - (data.byteLength % 4);
    if (whole > 0) queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, whole);
    if (whole < data.byteLength) {
      const tail = new Uint8Array(4);
      tail.set(new Uint8Array(data.buffer, data.byteOffset + whole, data.byteLength - whole));
      queue.writeBuffer(buffer, whole, tail);
    }
  }

  /** Takes over something made elsewhere, to be freed with the rest. */
  adopt<T extends { destroy(): void }>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  destroy(): void {
    for (const resource of this.#resources.splice(0)) resource.destroy();
  }
}
