import { Owned } from '../../owned';
import type { Gpu } from './device';
import { deviceFailure } from './failure';

/** Most queries that a set may have. */
const mostQueries = 4096;
const queryBytes = 8;

/** Begin and end times of runs, each of one or more compute passes, from the adapter's own clock. */
export class RunTimestamps {
  readonly #querySet: GPUQuerySet | undefined;
  /** Runs that were begun so far, and are timed. */
  #begun = 0;

  /** @param runs how many will be timed; none where the adapter has no timestamps */
  constructor(
    private readonly gpu: Gpu,
    private readonly runs: number,
  ) {
    if (!gpu.features.timestamps || runs === 0 || runs * 2 > mostQueries) return;
    this.#querySet = gpu.device.createQuerySet({
      label: 'RunTimestamps',
      type: 'timestamp',
      count: runs * 2,
    });
  }

  /**
   * What to begin the next run's passes with.
   * @param passes how many it has
   */
  begin(passes: number): readonly (GPUComputePassTimestampWrites | undefined)[] {
    const querySet = this.#querySet;
    if (!querySet || this.#begun === this.runs) return [];
    const first = 2 * this.#begun++;
    return Array.from({ length: passes }, (_, pass) =>
      passWrites(querySet, {
        beginningOfPassWriteIndex: pass === 0 ? first : undefined,
        endOfPassWriteIndex: pass === passes - 1 ? first + 1 : undefined,
      }),
    );
  }

  /** Milliseconds of each run so far, or undefined where the adapter has no timestamps. */
  async read(): Promise<readonly number[] | undefined> {
    if (!this.#querySet) return undefined;
    if (this.#begun === 0) return [];
    const { device } = this.gpu;
    const runs = this.#begun;
    const size = 2 * runs * queryBytes;
    const owned = new Owned();
    try {
      const resolved = owned.adopt(
        device.createBuffer({
          label: 'RunTimestamps.resolved',
          size,
          usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
        }),
      );
      const staging = owned.adopt(
        device.createBuffer({
          label: 'RunTimestamps.staging',
          size,
          usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        }),
      );
      const encoder = device.createCommandEncoder({ label: 'RunTimestamps' });
      encoder.resolveQuerySet(this.#querySet, 0, 2 * runs, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const ticks = new BigUint64Array(staging.getMappedRange());
      return Array.from({ length: runs }, (_, i) => Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6);
    } catch (cause) {
      throw await deviceFailure(this.gpu, 'reading the clock', cause);
    } finally {
      owned.destroy();
    }
  }

  destroy(): void {
    this.#querySet?.destroy();
  }
}

function passWrites(
  querySet: GPUQuerySet,
  indices: {
    readonly beginningOfPassWriteIndex: number | undefined;
    readonly endOfPassWriteIndex: number | undefined;
  },
): GPUComputePassTimestampWrites | undefined {
  const { beginningOfPassWriteIndex: begin, endOfPassWriteIndex: end } = indices;
  if (begin === undefined && end === undefined) return undefined;
  return {
    querySet,
    ...(begin !== undefined && { beginningOfPassWriteIndex: begin }),
    ...(end !== undefined && { endOfPassWriteIndex: end }),
  };
}
