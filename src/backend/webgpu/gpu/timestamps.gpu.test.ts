import { afterAll, describe, expect, test } from 'vitest';
import { requestGpu, type Gpu } from './device';
import { withErrorScopes } from './error-scope';
import { PassTimestamps } from './timestamps';

const gpu = await requestGpu(navigator.gpu);
afterAll(() => gpu.device.destroy());

/** What `passes` empty passes read, as numbers or nothing. */
async function readEmptyPasses(used: Gpu, passes: number): Promise<readonly number[] | undefined> {
  return withErrorScopes(used, 'testing', async () => {
    const timestamps = new PassTimestamps(used, passes);
    const encoder = used.device.createCommandEncoder();
    for (let pass = 0; pass < passes; pass++) {
      encoder.beginComputePass({ timestampWrites: timestamps.writes(pass) }).end();
    }
    used.device.queue.submit([encoder.finish()]);
    const read = await timestamps.read();
    timestamps.destroy();
    return read;
  });
}

describe('PassTimestamps', () => {
  test('gives one time a pass where the adapter has them', async () => {
    const read = await readEmptyPasses(gpu, 3);
    expect(read?.length).toBe(gpu.features.timestamps ? 3 : undefined);
    expect(read?.every((milliseconds) => milliseconds >= 0) ?? true).toBe(true);
  });

  test('gives nothing without the feature, or for more passes than a query set holds', async () => {
    const without = { ...gpu, features: { ...gpu.features, timestamps: false } };
    expect(await readEmptyPasses(without, 3)).toBeUndefined();
    expect(await readEmptyPasses(gpu, 2049)).toBeUndefined();
  });
});
