import { DyditError } from '../../../errors';
import type { Gpu } from './device';
import { deviceFailure, thrownByDevice } from './failure';

/** Bytes of a buffer, from a byte that is a multiple of 4 on. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** Bytes of the smallest staging buffer. */
const smallestStaging = 256;

/**
 * Brings buffers back to the CPU through staging buffers that are used again: reads of a loop make
 * none after the first. Between loops none is kept.
 */
export class StagingPool {
  readonly #free = new Set<GPUBuffer>();
  readonly #busy = new Set<GPUBuffer>();
  #destroyed = false;

  /** @param isLoop whether what was read is likely to be read again soon */
  constructor(
    private readonly gpu: Gpu,
    private readonly isLoop: () => boolean,
  ) {}

  /**
   * The bytes as they are after everything that was submitted before this call.
   * @throws DyditError `cancelled` after `destroy`, `device-lost`, `out-of-memory`, `internal`
   */
  async read(source: GPUBuffer, { start, length }: ByteRange): Promise<ArrayBuffer> {
    if (length === 0) return new ArrayBuffer(0);
    const what = `reading ${source.label}`;
    const staging = this.#submitCopy(source, { start, length });
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, length);
      const bytes = staging.getMappedRange(0, length).slice(0);
      staging.unmap();
      this.#busy.delete(staging);
      if (this.isLoop()) this.#free.add(staging);
      else staging.destroy();
      return bytes;
    } catch (cause) {
      this.#busy.delete(staging);
      staging.destroy();
      if (this.#destroyed) throw new DyditError('cancelled', 'Cancelled.', '', { cause });
      throw await deviceFailure(this.gpu, what, cause);
    }
  }

  /** Frees what no read is using. */
  trim(): void {
    for (const buffer of this.#free) buffer.destroy();
    this.#free.clear();
  }

  destroy(): void {
    this.#destroyed = true;
    this.trim();
    for (const buffer of this.#busy) buffer.destroy();
  }

  #submitCopy(source: GPUBuffer, { start, length }: ByteRange): GPUBuffer {
    const { device } = this.gpu;
    let staging: GPUBuffer | undefined;
    try {
      staging = this.#take(length);
      const encoder = device.createCommandEncoder({ label: 'StagingPool' });
      encoder.copyBufferToBuffer(source, start, staging, 0, length);
      device.queue.submit([encoder.finish()]);
      this.#busy.add(staging);
      return staging;
    } catch (cause) {
      staging?.destroy();
      throw thrownByDevice(`reading ${source.label}`, cause);
    }
  }

  /** The smallest free buffer that is large enough, or a new one. */
  #take(length: number): GPUBuffer {
    let best: GPUBuffer | undefined;
    for (const buffer of this.#free) {
      if (buffer.size >= length && (!best || buffer.size < best.size)) best = buffer;
    }
    if (best) {
      this.#free.delete(best);
      return best;
    }
    return this.gpu.device.createBuffer({
      label: 'StagingPool',
      size: Math.max(smallestStaging, Math.ceil(length / 256) * 256),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }
}
