import { afterAll, afterEach, describe, expect } from 'vitest';
import { describeOps } from '../testing/describe-ops';
import { usualChoices } from './testing/usual-choices';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

/** Sums of up to some hundred products in f32, in another order than the reference's. */
const tolerance = { abs: 5e-5, rel: 1e-5 };

for (const { name, forced } of usualChoices) {
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
