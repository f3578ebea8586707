import { describeOps } from '../testing/describe-ops';
import { CountedGpu } from './testing/counted-gpu';
import { linearVariants } from './kernel-library';
import { createWebGpuBackend } from './webgpu-backend';

/** Sums of up to some hundred products in f32, in another order than the reference's. */
const tolerance = { abs: 5e-5, rel: 1e-5 };

for (const linearVariant of linearVariants) {
  const counted = new CountedGpu(navigator.gpu);
  describeOps(
    `webgpu (${linearVariant})`,
    () => createWebGpuBackend(counted.gpu, { linearVariant }),
    { tolerance, liveCount: () => counted.live },
  );
}
