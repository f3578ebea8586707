import { afterAll, expect, test } from 'vitest';
import { requestGpu } from './gpu/device';
import { KernelLibrary } from './kernel-library';
import { WatchedGpu } from './testing/watched-gpu';
import { kernelTimer } from './time-kernel';
import type { TunedOp } from './variants/tuned-op';

const watched = new WatchedGpu(navigator.gpu);
const gpu = await requestGpu(watched.gpu);
afterAll(() => gpu.device.destroy());

const product = { rows: 16, k: 32, n: 32, normed: false, kept: false, precision: 'exact' } as const;
const picture = { pixels: 64, channels: 8, n: 8, storage: 'f16-packed', relu: false } as const;

test.each<{ readonly op: TunedOp; readonly name: string }>([
  { op: { kind: 'linear', shape: { ...product, storage: 'f32', end: 'Store' } }, name: 'tall' },
  { op: { kind: 'linear', shape: { ...product, storage: 'i8', end: 'AddGated' } }, name: 'few' },
  {
    op: { kind: 'attention', shape: { tokens: 40, headVectors: 8, heads: 3 } },
    name: 'tiled32x32',
  },
  {
    op: { kind: 'conv', shape: { ...picture, phases: 1, taps: 3, adds: true } },
    name: 'product32',
  },
  {
    op: { kind: 'conv', shape: { ...picture, phases: 1, taps: 1, adds: false } },
    name: 'pixels',
  },
  {
    op: { kind: 'conv', shape: { ...picture, storage: 'f32', phases: 4, taps: 2, adds: false } },
    name: 'productTall',
  },
])('times $op.kind by $name, and leaves nothing behind', async ({ op, name }) => {
  const time = kernelTimer({ library: new KernelLibrary(gpu), gflops: 1, tickMs: 0 });
  expect(await time(op, name)).toBeGreaterThan(0);
  expect(watched.live).toBe(0);
});
