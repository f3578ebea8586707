import type { Gpu } from './device';

/** Begin and end times of compute passes, from the adapter's own clock. */
export class PassTimestamps {
  readonly #querySet: GPUQuerySet | undefined;

  /** @param passes how many passes will be timed; nothing is where the adapter has no timestamps */
  constructor(
    private readonly gpu: Gpu,
    private readonly passes: number,
  ) {
    // 4096 is the most queries a set may have.
    if (!gpu.features.timestamps || passes * 2 > 4096) return;
    this.#querySet = gpu.device.createQuerySet({
      label: 'PassTimestamps',
      type: 'timestamp',
      count: passes * 2,
    });
  }

  /** What to begin pass number `pass` with. */
  writes(pass: number): GPUComputePassTimestampWrites | undefined {
    if (!this.#querySet) return undefined;
    return {
      querySet: this.#querySet,
      beginningOfPassWriteIndex: pass * 2,
      endOfPassWriteIndex: pass * 2 + 1,
    };
  }

  /** Milliseconds of each pass, or undefined where the adapter has no timestamps. */
  async read(): Promise<readonly number[] | undefined> {
    if (!this.#querySet) return undefined;
    const { device } = this.gpu;
    const size = this.passes * 16;
    const resolved = device.createBuffer({
      label: 'PassTimestamps.resolved',
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({
      label: 'PassTimestamps.staging',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = device.createCommandEncoder({ label: 'PassTimestamps' });
      encoder.resolveQuerySet(this.#querySet, 0, this.passes * 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const ticks = new BigUint64Array(staging.getMappedRange());
      return Array.from(
        { length: this.passes },
        (_, i) => Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6,
      );
    } finally {
      resolved.destroy();
      staging.destroy();
    }
  }

  destroy(): void {
    this.#querySet?.destroy();
  }
}
