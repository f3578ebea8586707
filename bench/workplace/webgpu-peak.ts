import { requestAdapter } from '../../src/backend/webgpu/gpu/device';
import source from './webgpu-peak.wgsl?raw';

/** Multiply-adds of an invocation in a round: twelve vectors of four. */
const roundWork = 48;
const workgroup = 64;
const workgroups = 2048;
/** Long enough for the clock, short enough for the watchdogs of graphics drivers. */
const targetMs = 150;
const repeats = 3;

/** GFLOP/s of multiply-adds in registers, two flops each: the best of several tries. */
export async function webgpuPeak(): Promise<number> {
  const device = await plainDevice();
  try {
    return await measurePeak(device);
  } finally {
    device.destroy();
  }
}

/** A device of the adapter in use, with nothing asked for. */
export async function plainDevice(): Promise<GPUDevice> {
  const adapter = await requestAdapter(navigator.gpu);
  return adapter.requestDevice({ label: 'Bench.peak' });
}

export async function measurePeak(device: GPUDevice): Promise<number> {
  let rounds = 8;
  let ms = await timeRounds(device, rounds);
  while (ms < targetMs / 4) {
    rounds *= 4;
    ms = await timeRounds(device, rounds);
  }
  rounds = Math.ceil((rounds * targetMs) / ms);
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await timeRounds(device, rounds));
  return (2 * roundWork * workgroup * workgroups * rounds) / (Math.min(...times) * 1e6);
}

async function timeRounds(device: GPUDevice, rounds: number): Promise<number> {
  const module = device.createShaderModule({ label: 'Bench.peak', code: source });
  const pipeline = await device.createComputePipelineAsync({
    label: 'Bench.peak',
    layout: 'auto',
    compute: { module, constants: { rounds } },
  });
  const size = workgroup * workgroups * 4;
  const y = device.createBuffer({ label: 'Bench.peak', size, usage: GPUBufferUsage.STORAGE });
  const entries = [{ binding: 0, resource: { buffer: y } }];
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const run = async (): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(workgroups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  await run(); // compiles
  const ms = await run();
  y.destroy();
  return ms;
}
