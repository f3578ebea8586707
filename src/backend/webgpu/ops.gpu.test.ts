import { afterAll, afterEach, describe, expect } from 'vitest';
import { describeOps } from '../testing/describe-ops';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

/** Sums of up to some hundred products in f32, in another order than the reference's. */
const tolerance = { abs: 5e-5, rel: 1e-5 };

/**
 * The variants that the program chooses here, and those of a card. Each of the others is held to
 * these bit for bit in linear-, attention- and conv-variants.gpu.test.ts.
 */
const choices = [
  {
    name: 'on a processor',
    forced: { linear: 'register', attention: 'direct', conv: 'pixels', fused: false },
  },
  {
    name: 'on a card',
    forced: { linear: 'tiled32x4', attention: 'tiled32x72', conv: 'product32', fused: true },
  },
];

for (const { name, forced } of choices) {
  describe(name, () => {
    const watched = new WatchedGpu(navigator.gpu);
    let guards = 0;
    afterEach(async () => {
      guards += await watched.expectGuardsUntouched();
    });
    afterAll(() => expect(guards, 'buffers whose guards were looked at').toBeGreaterThan(0));
    describeOps('webgpu', () => createWebGpuBackend(watched.gpu, { forced }), {
      tolerance,
      liveCount: () => watched.live,
    });
  });
}
