import { describe, expect, test, vi } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { Backend, Executable, Storage } from '../backend';
import { changedGpu } from './testing/changed-gpu';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

const layer: LinearLayer = { kind: 'linear', name: 'layer', n: wholeAxis(64), k: wholeAxis(64) };

interface Product {
  readonly backend: Backend;
  readonly y: Storage;
  readonly executable: Executable;
}

/** y (3, 64) of a product that is compiled and ready to run. */
async function openProduct(gpu: GPU, timedRuns = 0): Promise<Product> {
  const backend = await createWebGpuBackend(gpu, { forced: { linear: 'register' } });
  const [lane] = backend.lanes;
  const net = new Recorder('Product');
  const x = net.external('x', rowsOf(3, layer.k));
  const into = net.external('y', rowsOf(3, layer.n));
  net.linear(net.linear(x, layer), layer, { into });
  const weights = lane.createWeights('Test');
  const weight = new Float32Array(64 * 64);
  await weights.upload({ layer, weight, bias: new Float32Array(64).fill(1) });
  const storage = { x: lane.allocate('x', x), y: lane.allocate('y', into) };
  const options = { weights, storage, timedRuns };
  const executable = await lane.compile(net.finish(), options);
  return { backend, y: storage.y, executable };
}

describe('a lane', () => {
  test('runs and reads in a loop make no buffer after the first', async () => {
    const watched = new WatchedGpu(navigator.gpu);
    const { backend, y, executable } = await openProduct(watched.gpu);
    const [lane] = backend.lanes;
    const round = async (): Promise<void> => {
      await executable.run();
      expect((await lane.readFloats(y))[5]).toBe(1);
      expect((await lane.readFloats(y, { start: 64, count: 1 }))[0]).toBe(1);
    };
    await round();
    const made = watched.made;
    for (let i = 0; i < 5; i++) await round();
    expect(watched.made).toBe(made);
    backend.destroy();
  });

  test('messages and timers are let in between runs, however fast the device is', async () => {
    const alwaysDone = changedGpu(navigator.gpu, ({ queue }) => {
      queue.onSubmittedWorkDone = () => Promise.resolve(undefined);
    });
    const { backend, executable } = await openProduct(alwaysDone);
    const letIn = vi.fn();
    setTimeout(letIn, 0);
    for (let runs = 0; runs < 10_000 && letIn.mock.calls.length === 0; runs++) {
      await executable.run();
    }
    expect(letIn).toHaveBeenCalled();
    backend.destroy();
  });

  test('keeps int8 weights in as many bytes as its report says', async () => {
    const watched = new WatchedGpu(navigator.gpu);
    const backend = await createWebGpuBackend(watched.gpu, { forced: { linear: 'register' } });
    const weights = backend.lanes[0].createWeights('Test');
    const weight = { integers: new Int8Array(64 * 64), scales: new Float32Array(64) };
    await weights.upload({ layer, weight, bias: new Float32Array(64) });
    expect(watched.largest).toBe(64 * 64 * (backend.report.memory?.int8Bytes ?? 0));
    backend.destroy();
  });

  test('frees all that it made', async () => {
    const watched = new WatchedGpu(navigator.gpu);
    const { backend } = await openProduct(watched.gpu);
    expect(watched.live).toBeGreaterThan(0);
    backend.destroy();
    expect(watched.live).toBe(0);
  });

  test('what failed to compile leaves nothing behind', async () => {
    const watched = new WatchedGpu(navigator.gpu);
    const { backend, y } = await openProduct(watched.gpu);
    const [lane] = backend.lanes;
    const live = watched.live;
    const net = new Recorder('Broken');
    const x = net.external('x', rowsOf(3, layer.n));
    const other: LinearLayer = { ...layer, name: 'not there' };
    net.linear(net.linear(x, layer), other);
    const weights = lane.createWeights('Test');
    await weights.upload({
      layer,
      weight: new Float32Array(64 * 64),
      bias: new Float32Array(64),
    });
    const compiled = lane.compile(net.finish(), { weights, storage: { x: y } });
    await expect(compiled).rejects.toThrow('there is no linear layer "not there"');
    weights.destroy();
    expect(watched.live).toBe(live);
    backend.destroy();
  });

  test('keeps int8 weights as they are, a byte each', async () => {
    const watched = new WatchedGpu(navigator.gpu);
    const backend = await createWebGpuBackend(watched.gpu, { forced: {} });
    const weights = backend.lanes[0].createWeights('Test');
    const before = watched.made;
    const wide: LinearLayer = { ...layer, n: wholeAxis(4096), k: wholeAxis(512) };
    await weights.upload({
      layer: wide,
      weight: { integers: new Int8Array(4096 * 512), scales: new Float32Array(4096) },
      bias: new Float32Array(4096),
    });
    expect(watched.made - before, 'weight, scales and bias').toBe(3);
    expect(watched.largest).toBe(4096 * 512);
    backend.destroy();
  });

  test('times the runs that were to be timed, where the adapter has a clock', async () => {
    const { backend, executable } = await openProduct(navigator.gpu, 2);
    for (let i = 0; i < 3; i++) await executable.run();
    const times = await executable.deviceMs();
    const clock = backend.report.features.includes('timestamp-query');
    expect(times?.length).toBe(clock ? 2 : undefined);
    backend.destroy();
  });

  test('refuses elements of another type, past the end, or of a storage that was freed', async () => {
    const { backend, y } = await openProduct(navigator.gpu);
    const [lane] = backend.lanes;
    const internal = { code: 'internal' };
    expect(() => lane.write(y, new Uint32Array(3))).toThrow(expect.objectContaining(internal));
    expect(() => lane.write(y, new Float32Array(4), 3 * 64 - 3)).toThrow(
      expect.objectContaining(internal),
    );
    await expect(lane.readFloats(y, { start: 0, count: 3 * 64 + 1 })).rejects.toMatchObject(
      internal,
    );
    y.destroy();
    await expect(lane.readFloats(y)).rejects.toMatchObject(internal);
    backend.destroy();
  });
});

describe('failures of the device are typed', () => {
  /** A product on a device that the test keeps hold of. */
  async function openHeld(): Promise<Product & { readonly device: GPUDevice }> {
    const devices: GPUDevice[] = [];
    const product = await openProduct(changedGpu(navigator.gpu, (d) => devices.push(d)));
    return { ...product, device: devices[0] };
  }

  test('a device that is lost while a read waits: device-lost', async () => {
    const { backend, y, device, executable } = await openHeld();
    await executable.run();
    const read = backend.lanes[0].readFloats(y);
    device.destroy();
    await expect(read).rejects.toMatchObject({ code: 'device-lost' });
    await expect(backend.lost).resolves.toMatchObject({ code: 'device-lost' });
  });

  test('a backend that is destroyed while a read waits: cancelled', async () => {
    const { backend, y, executable } = await openProduct(navigator.gpu);
    await executable.run();
    const read = backend.lanes[0].readFloats(y);
    backend.destroy();
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a buffer that the device can not make: out-of-memory', async () => {
    const { backend, device, y } = await openHeld();
    device.createBuffer = () => {
      throw new RangeError('no memory');
    };
    const again = (): Storage => backend.lanes[0].allocate('again', y.spec);
    expect(again).toThrow(expect.objectContaining({ code: 'out-of-memory' }));
    backend.destroy();
  });

  test('a submission that throws: internal, with the reason', async () => {
    const { backend, device, executable } = await openHeld();
    device.queue.submit = () => {
      throw new TypeError('no more');
    };
    const run = executable.run();
    await expect(run).rejects.toMatchObject({ code: 'internal' });
    await expect(run).rejects.toThrow('running Product: no more');
    backend.destroy();
  });

  test('a shader that failed to compile is compiled anew the next time', async () => {
    let failures = 1;
    const gpu = changedGpu(navigator.gpu, (device) => {
      const create = device.createComputePipelineAsync.bind(device);
      device.createComputePipelineAsync = (descriptor) =>
        failures-- > 0 ? Promise.reject(new Error('out of ink')) : create(descriptor);
    });
    const { backend, y, executable } = await openAfterFailure(gpu);
    await executable.run();
    expect((await backend.lanes[0].readFloats(y))[0]).toBe(1);
    backend.destroy();
  });

  /** The same product on the same backend: first refused, then compiled. */
  async function openAfterFailure(gpu: GPU): Promise<Product> {
    const backend = await createWebGpuBackend(gpu, { forced: { linear: 'register' } });
    const [lane] = backend.lanes;
    const weights = lane.createWeights('Test');
    const weight = new Float32Array(64 * 64);
    await weights.upload({ layer, weight, bias: new Float32Array(64).fill(1) });
    const net = new Recorder('Product');
    const x = net.external('x', rowsOf(3, layer.k));
    const into = net.external('y', rowsOf(3, layer.n));
    net.linear(x, layer, { into });
    const program = net.finish();
    const storage = { x: lane.allocate('x', x), y: lane.allocate('y', into) };
    await expect(lane.compile(program, { weights, storage })).rejects.toMatchObject({
      code: 'shader-failed',
    });
    const executable = await lane.compile(program, { weights, storage });
    return { backend, y: storage.y, executable };
  }
});
