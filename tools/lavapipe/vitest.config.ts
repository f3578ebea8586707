import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The WebGPU tests that reach shaders, in Node; started by `npm run test:lavapipe`. */
export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  test: {
    name: 'lavapipe',
    include: [
      'src/backend/webgpu/ops.gpu.test.ts',
      'src/backend/webgpu/ops/*.gpu.test.ts',
      'src/backend/webgpu/variants.gpu.test.ts',
      'src/backend/webgpu/time-kernel.gpu.test.ts',
      'tools/lavapipe/*.lavapipe.ts',
    ],
    setupFiles: ['tools/lavapipe/expose-gpu.ts'],
    // Its build for Node is CommonJS in a package of modules.
    alias: { wgsl_reflect: 'wgsl_reflect/wgsl_reflect.module.js' },
    server: { deps: { inline: ['wgsl_reflect'] } },
    pool: 'forks',
    fileParallelism: false,
    // The first test of a kind compiles every variant: minutes where other programs run.
    testTimeout: 900_000,
  },
});
