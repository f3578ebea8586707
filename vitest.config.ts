import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { developmentHeaders } from './tools/page/headers.ts';
import { kernels } from './tools/build-kernels.ts';
import { bundledDependencies } from './tools/bundled-dependencies.ts';
import { chromiumArgs, ensureChromium } from './tools/chromium.ts';

/** What is waited for comes in a moment; a busy machine may take longer than the second that is usual. */
const patience = { poll: { timeout: 60_000 } };

/** `*.test.ts` run in Node; `*.gpu.test.ts` run on WebGPU in headless Chromium. */
export default defineConfig({
  plugins: [kernels()],
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', 'node_modules/**'],
          setupFiles: ['src/checkpoint/testing/real-releases.ts'],
          // Its build for Node is CommonJS in a package of modules.
          alias: { wgsl_reflect: 'wgsl_reflect/wgsl_reflect.module.js' },
          server: { deps: { inline: ['wgsl_reflect'] } },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: patience,
        },
      },
      {
        optimizeDeps: { include: bundledDependencies },
        server: { headers: developmentHeaders },
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: patience,
          // One SwiftShader shared by parallel files would only thrash two cores.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: ensureChromium(), args: chromiumArgs },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
