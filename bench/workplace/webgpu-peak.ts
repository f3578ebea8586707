import { requestAdapter } from '../../src/backend/webgpu/gpu/device';
import { reflectShader } from '../../src/backend/webgpu/gpu/reflection';
import source from './webgpu-peak.wgsl?raw';

type EntryPoint = (typeof entryPoints)[number];

/** Ways to keep the multipliers busy; which one does best is the adapter's affair. */
const entryPoints = ['twelve_chains', 'two_chains'] as const;
const { constants } = reflectShader(source);
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

/** As `webgpuPeak`, on a device that stays. */
export async function measurePeak(device: GPUDevice): Promise<number> {
  let best = 0;
  for (const entry of entryPoints) best = Math.max(best, await peakOf(device, entry));
  return best;
}

async function peakOf(device: GPUDevice, entry: EntryPoint): Promise<number> {
  let rounds = 2;
  let ms = await timeRounds(device, entry, rounds);
  while (ms < targetMs / 4) {
    rounds *= 4;
    ms = await timeRounds(device, entry, rounds);
  }
  rounds = Math.ceil((rounds * targetMs) / ms);
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await timeRounds(device, entry, rounds));
  return (2 * constant('ROUND_WORK') * invocations() * rounds) / (Math.min(...times) * 1e6);
}

function invocations(): number {
  return constant('THREADS') * workgroups;
}

function constant(name: string): number {
  const value = constants.get(name);
  if (value !== undefined) return value;
  throw new Error(`bench/workplace/webgpu-peak.wgsl has no ${name}.`);
}

async function timeRounds(
  device: GPUDevice,
  entryPoint: EntryPoint,
  rounds: number,
): Promise<number> {
  const module = device.createShaderModule({ label: 'Bench.peak', code: source });
  const pipeline = await device.createComputePipelineAsync({
    label: 'Bench.peak',
    layout: 'auto',
    compute: { module, entryPoint, constants: { rounds } },
  });
  const size = invocations() * 4;
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
