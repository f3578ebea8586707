import { expect, test } from 'vitest';
import { BufferArena } from '../../gpu/buffer';
import { requestGpu } from '../../gpu/device';
import { BoundKernel } from '../../gpu/kernel';
import { KernelLibrary } from '../../kernels/library';
import { ByteSource } from '../checkpoint/byte-source';
import { openSafetensors } from '../checkpoint/safetensors';
import { Dit } from './dit';

test('profile', async () => {
  const gpu = await requestGpu(navigator.gpu);
  const library = new KernelLibrary(gpu);
  let t0 = performance.now();
  const lap = (w: string) => { const t = performance.now(); console.log(w, (t - t0).toFixed(1)); t0 = performance.now(); };
  const response = await fetch('/models/emoji/emoji-dit.safetensors');
  const dit = await Dit.load(library, (await openSafetensors(new ByteSource(await response.blob()))).tensors);
  await gpu.device.queue.onSubmittedWorkDone();
  lap('load');
  for (const dynamic of [false, true]) {
  const arena = new BufferArena(gpu, 't');
  const run = await dit.prepare({ latent: arena.upload('l', new Float32Array(8*256).map(() => Math.random()*2-1)), labels: [{ classId: 3, styleId: 1 }], guided: true, networkTimes: [300], dynamicWidth: dynamic, dynamicTokens: dynamic });
  await gpu.device.queue.onSubmittedWorkDone();
  lap('prepare');
  run.select(0);
  for (let i = 0; i < 3; i++) {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    run.encode(pass, 0);
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
    lap('forward');
  }
  // per kernel
  const times = new Map<string, number>();
  const labels: string[] = [];
  const encoder = gpu.device.createCommandEncoder();
  const qs = gpu.device.createQuerySet({ type: 'timestamp', count: 1000 });
  let n = 0;
  const proto = BoundKernel.prototype;
  const d0 = proto.dispatch, i0 = proto.dispatchIndirect;
  const wrap = (label: string, f: (p: GPUComputePassEncoder) => void) => {
    const p = encoder.beginComputePass({ timestampWrites: { querySet: qs, beginningOfPassWriteIndex: 2*n, endOfPassWriteIndex: 2*n+1 } });
    f(p); p.end(); labels.push(label); n++;
  };
  proto.dispatch = function (_p, x, y, z) { wrap(this.label, (p) => d0.call(this, p, x, y, z)); };
  proto.dispatchIndirect = function (_p, a, o) { wrap(this.label, (p) => i0.call(this, p, a, o)); };
  run.encode(null as never, 0);
  proto.dispatch = d0; proto.dispatchIndirect = i0;
  const rb = gpu.device.createBuffer({ size: 16*n, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const st = gpu.device.createBuffer({ size: 16*n, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  encoder.resolveQuerySet(qs, 0, 2*n, rb, 0); encoder.copyBufferToBuffer(rb, 0, st, 0, 16*n);
  gpu.device.queue.submit([encoder.finish()]);
  await st.mapAsync(GPUMapMode.READ);
  lap('profiled');
  const ticks = new BigUint64Array(st.getMappedRange());
  labels.forEach((l, i) => { const k = l.replace(/\d+/, ''); times.set(k, (times.get(k) ?? 0) + Number(ticks[2*i+1]-ticks[2*i])/1e6); });
  console.log(JSON.stringify([...times].map(([k, v]) => [k, +v.toFixed(1)]).sort((a, b) => +b[1] - +a[1])));
  run.destroy();
  }
  expect(1).toBe(1);
});
