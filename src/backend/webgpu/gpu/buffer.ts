import { DyditError } from '../../../errors';
import type { Gpu } from './device';

/** Usage of every data buffer: bound as storage, copied both ways. */
function storageUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

/**
 * Owns the buffers and bound kernels of one model or one run, so that they are freed together.
 * Sizes are checked against the device's limits before anything is asked for.
 */
export class BufferArena {
  readonly #resources: { destroy(): void }[] = [];

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
  ) {}

  /**
   * A zeroed storage buffer.
   * @param name label, `Module.thing`
   * @param byteLength at least 4 is allocated, so that empty tensors can be bound
   * @param extraUsage further `GPUBufferUsage` flags
   * @throws DyditError `limit-too-small`
   */
  create(name: string, byteLength: number, extraUsage = 0): GPUBuffer {
    const size = Math.max(16, Math.ceil(byteLength / 4) * 4);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.gpu.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (size > limit) {
      throw new DyditError(
        'limit-too-small',
        `${this.label}.${name} needs a buffer of ${(size / 2 ** 20).toFixed(0)} MiB, and this adapter allows ${(limit / 2 ** 20).toFixed(0)} MiB.`,
        'Generate fewer images at once, or use a smaller model.',
      );
    }
    const buffer = this.gpu.device.createBuffer({
      label: `${this.label}.${name}`,
      size,
      usage: storageUsage() | extraUsage,
    });
    this.#resources.push(buffer);
    return buffer;
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
    for (const resource of this.#resources) resource.destroy();
    this.#resources.length = 0;
  }
}

/**
 * Copies a buffer back to the CPU.
 * @returns `byteLength` bytes from the start of `buffer`
 */
export async function readBuffer(
  gpu: Gpu,
  buffer: GPUBuffer,
  byteLength = buffer.size,
): Promise<ArrayBuffer> {
  const size = Math.ceil(byteLength / 4) * 4;
  const staging = gpu.device.createBuffer({
    label: `${buffer.label}.readback`,
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = gpu.device.createCommandEncoder({ label: `${buffer.label}.readback` });
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
  gpu.device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0, byteLength);
  } finally {
    staging.destroy();
  }
}
