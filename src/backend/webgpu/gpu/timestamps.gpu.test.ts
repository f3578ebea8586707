import { afterAll, describe, expect, test } from 'vitest';
import { requestGpu, type Gpu } from './device';
import { withErrorScopes } from './error-scope';
import { RunTimestamps } from './timestamps';

const gpu = await requestGpu(navigator.gpu);
afterAll(() => gpu.device.destroy());

/** How many runs are timed, how many there are, and of how many passes each. */
interface Runs {
  readonly timed: number;
  readonly run: number;
  readonly passes: number;
}

/** What runs of empty passes read. */
async function readEmptyRuns(
  used: Gpu,
  { timed, run, passes }: Runs,
): Promise<readonly number[] | undefined> {
  return withErrorScopes(used, 'testing', async () => {
    const timestamps = new RunTimestamps(used, timed);
    for (let i = 0; i < run; i++) {
      const writes = timestamps.begin(passes);
      for (let pass = 0; pass < passes; pass++) {
        const encoder = used.device.createCommandEncoder();
        encoder.beginComputePass({ timestampWrites: writes.at(pass) }).end();
        used.device.queue.submit([encoder.finish()]);
      }
    }
    const read = await timestamps.read();
    timestamps.destroy();
    return read;
  });
}

describe('RunTimestamps', () => {
  test.each([
    [{ timed: 3, run: 3, passes: 1 }, 3],
    [{ timed: 3, run: 3, passes: 2 }, 3],
    [{ timed: 3, run: 3, passes: 5 }, 3],
    [{ timed: 3, run: 2, passes: 1 }, 2],
    [{ timed: 2, run: 3, passes: 1 }, 2],
    [{ timed: 2, run: 0, passes: 1 }, 0],
  ])(
    '%o: one time for each of the timed runs, where the adapter has a clock',
    async (runs, expected) => {
      const read = await readEmptyRuns(gpu, runs);
      expect(read?.length).toBe(gpu.features.timestamps ? expected : undefined);
      expect(read?.every((milliseconds) => milliseconds >= 0) ?? true).toBe(true);
    },
  );

  test('gives nothing without the feature, or for more runs than a query set holds', async () => {
    const without = { ...gpu, features: { ...gpu.features, timestamps: false } };
    expect(await readEmptyRuns(without, { timed: 3, run: 3, passes: 1 })).toBeUndefined();
    expect(await readEmptyRuns(gpu, { timed: 2049, run: 1, passes: 1 })).toBeUndefined();
  });
});
