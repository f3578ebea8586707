import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { dawnAdvice, hasDawn } from './vulkan/dawn';
import { findLavapipe } from './vulkan/drivers';

/*
 * Compiles and runs the shaders on Mesa's lavapipe through npm `webgpu`, in Node: it has shader-f16,
 * which the SwiftShader of the other tests has not, and subgroups of another size.
 */

const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } });

function notRun(why: string): never {
  console.log(`NOT RUN: the f16 shaders were neither compiled nor run, as ${why}.`);
  process.exit(values.required ? 1 : 0);
}

const found = findLavapipe();
if ('missing' in found) notRun(found.missing);
if (!hasDawn()) notRun(`the package webgpu is not installed: ${dawnAdvice}`);
console.log(`lavapipe of Mesa ${found.version}, ${found.icd}`);
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--config', 'tools/lavapipe/vitest.config.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, VK_ICD_FILENAMES: found.icd },
  },
);
process.exit(status ?? 1);
