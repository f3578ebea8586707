import { defineConfig } from 'vitest/config';
import lavapipe from '../lavapipe/vitest.config';

/** The tests of lavapipe in Deno, whose WebGPU is wgpu, that of Firefox; started by `npm run try:wgpu`. */
export default defineConfig({
  ...lavapipe,
  test: {
    ...lavapipe.test,
    // Deno has a `navigator.gpu` of its own, and no forks.
    ...{ name: 'wgpu', pool: 'threads', setupFiles: [] },
    // wgpu has no subgroups.
    testNamePattern: /^(?!.*(?: by (?:subgroup|quad)|of attention give the same bits))/,
  },
});
