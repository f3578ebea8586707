import { expect, test } from 'vitest';
import { WatchedGpu } from './watched-gpu';

/** A kernel that writes element `at` of a buffer of 16 bytes, and its device. */
async function writeElement(watched: WatchedGpu, at: number): Promise<void> {
  const adapter = await watched.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) throw new Error('There is no device.');
  const code = `
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(1) fn main() { y[${at}] = 7; }`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const buffer = device.createBuffer({
    label: 'y',
    size: 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  expect(watched.live).toBe(1);
  buffer.destroy();
  expect(watched.live).toBe(0);
}

test('a write within a buffer is none of its business', async () => {
  const watched = new WatchedGpu(navigator.gpu);
  await writeElement(watched, 3);
  expect(await watched.expectGuardsUntouched()).toBe(1);
});

test('a write past the end is found', async () => {
  const watched = new WatchedGpu(navigator.gpu);
  await writeElement(watched, 4);
  await expect(watched.expectGuardsUntouched()).rejects.toThrow('y: first word past the end');
});
