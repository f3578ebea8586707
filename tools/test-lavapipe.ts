import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

/*
 * Compiles and runs the shaders on Mesa's lavapipe through npm `webgpu`, in Node: it has shader-f16,
 * which the SwiftShader of the other tests has not, and subgroups of another size.
 */

const icdFolder = '/usr/share/vulkan/icd.d';
/** Version that npm `webgpu` (Dawn) accepts; bookworm's own 22 is too old. */
const oldestMesa = 24;
const webgpuVersion = '0.6.2';

/** What the run needs, or why it can't be. */
type Found = { readonly icd: string; readonly mesa: string } | { readonly missing: string };

function findLavapipe(): Found {
  const names = existsSync(icdFolder) ? readdirSync(icdFolder) : [];
  const name = names.find((file) => /^lvp_icd.*\.json$/.test(file));
  if (name === undefined) {
    return {
      missing: `there is no lvp_icd*.json in ${icdFolder}. Debian 12: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1`,
    };
  }
  const icd = `${icdFolder}/${name}`;
  const mesa = mesaVersion(icd);
  if (mesa === undefined) return { missing: `${icd} names no Mesa library that could be read` };
  if (parseInt(mesa, 10) < oldestMesa) {
    return { missing: `Mesa is ${mesa}, and ${oldestMesa} or newer is needed` };
  }
  try {
    createRequire(import.meta.url).resolve('webgpu');
  } catch {
    return {
      missing: `the package webgpu is not installed: npm install --no-save webgpu@${webgpuVersion}`,
    };
  }
  return { icd, mesa };
}

/** Version in the text of the driver that an ICD file names. */
function mesaVersion(icd: string): string | undefined {
  const [, library] = /"library_path"\s*:\s*"([^"]+)"/.exec(readFileSync(icd, 'utf8')) ?? [];
  const folders = ['', '/usr/lib/x86_64-linux-gnu/', '/usr/lib/aarch64-linux-gnu/', '/usr/lib64/'];
  const path = folders.map((folder) => folder + library).find((place) => existsSync(place));
  if (path === undefined) return undefined;
  return /Mesa (\d+\.\d+\.\d+)/.exec(readFileSync(path, 'latin1'))?.[1];
}

const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } });
const found = findLavapipe();
if ('missing' in found) {
  console.log(`NOT RUN: the f16 shaders were neither compiled nor run, as ${found.missing}.`);
  process.exit(values.required ? 1 : 0);
}
console.log(`lavapipe of Mesa ${found.mesa}, ${found.icd}`);
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--config', 'tools/lavapipe/vitest.config.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, VK_ICD_FILENAMES: found.icd },
  },
);
process.exit(status ?? 1);
