import { spawnSync } from 'node:child_process';
import { findLavapipe } from './vulkan/drivers';

/*
 * Compiles and runs the shaders by wgpu, which is the WebGPU of Firefox, in Deno on Mesa's lavapipe:
 * npm run try:wgpu [-- FILE...]. It is no part of the tests: Deno is 95 MB, and lavapipe takes half an
 * hour to compile what wgpu hands it. What wgpu's compiler takes at all is tested (naga.test.ts).
 */
const found = findLavapipe();
if ('missing' in found) {
  console.error(`Not run: ${found.missing}.`);
  process.exit(1);
}
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tools/wgpu/vitest.config.ts'];
const { status, error } = spawnSync(
  'npx',
  ['--yes', 'deno@2.9.6', 'run', '--allow-all', ...vitest, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, VK_ICD_FILENAMES: found.icd } },
);
if (error) console.error(`Not run: ${error.message}.`);
process.exit(status ?? 1);
