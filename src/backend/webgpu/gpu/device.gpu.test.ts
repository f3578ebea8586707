import { describe, expect, test } from 'vitest';
import { withMembers } from '../testing/changed-gpu';
import { requestGpu } from './device';

/** The browser's GPU with another `requestAdapter`. */
function gpuWhose(requestAdapter: (options: GPURequestAdapterOptions) => Promise<unknown>): GPU {
  return withMembers(navigator.gpu, { requestAdapter });
}

describe('requestGpu', () => {
  test('without WebGPU: webgpu-unavailable', async () => {
    await expect(requestGpu(undefined)).rejects.toMatchObject({
      name: 'DyditError',
      code: 'webgpu-unavailable',
    });
  });

  test('without an adapter: adapter-refused', async () => {
    const gpu = gpuWhose(() => Promise.resolve(null));
    await expect(requestGpu(gpu)).rejects.toMatchObject({ code: 'adapter-refused' });
  });

  test('a request that is rejected: adapter-refused with the reason, and the next one asks again', async () => {
    let isAway = true;
    const gpu = gpuWhose(() =>
      isAway
        ? Promise.reject(new DOMException('not in this frame', 'SecurityError'))
        : navigator.gpu.requestAdapter(),
    );
    const failure: unknown = await requestGpu(gpu).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'adapter-refused' });
    expect(failure).toHaveProperty('message', expect.stringContaining('not in this frame'));
    isAway = false;
    (await requestGpu(gpu)).device.destroy();
  });

  test('an adapter at the second try is taken', async () => {
    let tries = 0;
    const gpu = gpuWhose(() =>
      tries++ === 0 ? Promise.resolve(null) : navigator.gpu.requestAdapter(),
    );
    const { device } = await requestGpu(gpu);
    expect(tries).toBe(2);
    device.destroy();
  });

  test('where there is no card, the fallback adapter is taken', async () => {
    const asked: GPURequestAdapterOptions[] = [];
    const gpu = gpuWhose((options) => {
      asked.push(options);
      return options.forceFallbackAdapter ? navigator.gpu.requestAdapter() : Promise.resolve(null);
    });
    (await requestGpu(gpu)).device.destroy();
    expect(asked.map(({ forceFallbackAdapter = false }) => forceFallbackAdapter)).toEqual([
      ...[false, false, true],
    ]);
  });

  test.each(['high-performance', 'low-power'] as const)(
    'asks for the %s card where that is wanted',
    async (card) => {
      const asked: unknown[] = [];
      const gpu = gpuWhose((options) => {
        asked.push(options.powerPreference);
        return navigator.gpu.requestAdapter();
      });
      const { device } = await requestGpu(gpu, card);
      expect(asked).toEqual([card]);
      device.destroy();
    },
  );

  test('an adapter without `info`, as in Chrome 113 to 126, starts all the same', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error('There is no adapter.');
    const silent = withMembers(adapter, { info: undefined, isFallbackAdapter: true });
    const { device, description, software } = await requestGpu(
      gpuWhose(() => Promise.resolve(silent)),
    );
    expect(description).toBe('unnamed adapter');
    expect(software).toBe(true);
    device.destroy();
  });

  test('an adapter that gives no device: adapter-refused, with the reason', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    // A device was taken already, so that the second request is refused.
    await adapter?.requestDevice().then((device) => device.destroy());
    const gpu = gpuWhose(() => Promise.resolve(adapter));
    const failure: unknown = await requestGpu(gpu).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'adapter-refused' });
    expect(failure).toHaveProperty('cause');
  });

  test('asks for no more than the adapter has, and tells what it is', async () => {
    const gpu = await requestGpu(navigator.gpu);
    const adapter = await navigator.gpu.requestAdapter();
    expect(gpu.device.limits.maxBufferSize).toBe(adapter?.limits.maxBufferSize);
    expect(gpu.features.f16).toBe(gpu.device.features.has('shader-f16'));
    expect(gpu.features.timestamps).toBe(gpu.device.features.has('timestamp-query'));
    expect(gpu.description).not.toBe('');
    gpu.device.destroy();
  });

  test('a destroyed device resolves `lost`', async () => {
    const gpu = await requestGpu(navigator.gpu);
    gpu.device.destroy();
    await expect(gpu.lost).resolves.toMatchObject({ code: 'device-lost' });
  });
});
