import { DyditError } from '../../errors';
import type { Gpu } from '../../backend/webgpu/gpu/device';

/** Bytes before the data: the non-finite flag, padded. */
const flagBytes = 16;

/** Brings a decoder's result and its non-finite flag to the CPU through one buffer, made once. */
export class Readback {
  readonly #gpu: Gpu;
  readonly #staging: GPUBuffer;
  #destroyed = false;

  /** @param byteLength of the largest result */
  constructor(gpu: Gpu, byteLength: number) {
    this.#gpu = gpu;
    this.#staging = gpu.device.createBuffer({
      label: 'VaeDecoder.readback',
      size: flagBytes + byteLength,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * @param flags (1) u32, not 0 where a value is not finite
   * @returns the first `byteLength` bytes of `source`, when everything submitted so far is done
   * @throws DyditError `not-finite`, `device-lost`, or `cancelled` after `destroy`
   */
  async read(source: GPUBuffer, byteLength: number, flags: GPUBuffer): Promise<ArrayBuffer> {
    const { device } = this.#gpu;
    const staging = this.#staging;
    const encoder = device.createCommandEncoder({ label: 'VaeDecoder.readback' });
    encoder.copyBufferToBuffer(flags, 0, staging, 0, 4);
    encoder.copyBufferToBuffer(source, 0, staging, flagBytes, byteLength);
    device.queue.submit([encoder.finish()]);
    const size = flagBytes + byteLength;
    await staging.mapAsync(GPUMapMode.READ, 0, size).catch((cause: unknown) => {
      throw this.#mapFailed(cause);
    });
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    if (new Uint32Array(bytes, 0, 1)[0] !== 0) {
      throw new DyditError(
        'not-finite',
        'Decoding made values that are not finite numbers, so there is no picture to show.',
        'Try less guidance or another seed; if it comes back, the checkpoint may be damaged.',
      );
    }
    return bytes.slice(flagBytes);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#staging.destroy();
  }

  #mapFailed(cause: unknown): DyditError {
    if (this.#destroyed) return new DyditError('cancelled', 'Decoding was cancelled.');
    return new DyditError(
      'device-lost',
      'The graphics device was lost while a picture was being decoded.',
      'Start the engine again; your settings and pictures are kept.',
      { cause },
    );
  }
}
