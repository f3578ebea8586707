import { existsSync, readdirSync, readFileSync } from 'node:fs';

/* Vulkan drivers that imitate a graphics card on the processor, for Dawn in Node. */

/** The file that a Vulkan loader is pointed to, or what is missing and how to get it. */
export type FoundDriver =
  { readonly icd: string; readonly version: string } | { readonly missing: string };

const icdFolder = '/usr/share/vulkan/icd.d';
/** Version that npm `webgpu` (Dawn) accepts; bookworm's own 22 is too old. */
const oldestMesa = 24;

/** Mesa's lavapipe: it has shader-f16, which SwiftShader has not, and subgroups of another size. */
export function findLavapipe(): FoundDriver {
  const names = existsSync(icdFolder) ? readdirSync(icdFolder) : [];
  const name = names.find((file) => /^lvp_icd.*\.json$/.test(file));
  if (name === undefined) {
    return {
      missing: `there is no lvp_icd*.json in ${icdFolder}. Debian 12: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1`,
    };
  }
  const icd = `${icdFolder}/${name}`;
  const version = mesaVersion(icd);
  if (version === undefined) return { missing: `${icd} names no Mesa library that could be read` };
  if (parseInt(version, 10) < oldestMesa) {
    return { missing: `Mesa is ${version}, and ${oldestMesa} or newer is needed` };
  }
  return { icd, version };
}

const chromiumFolders = ['/usr/lib/chromium', '/opt/google/chrome'];

/** The SwiftShader that comes with Chromium. */
export function chromiumSwiftshader(): FoundDriver {
  const icds = chromiumFolders.map((folder) => `${folder}/vk_swiftshader_icd.json`);
  const icd = icds.find((path) => existsSync(path));
  if (icd) return { icd, version: 'of Chromium' };
  return { missing: `there is no ${icds.join(' or ')}. Debian: apt-get install chromium` };
}

/** Version in the text of the driver that an ICD file names. */
function mesaVersion(icd: string): string | undefined {
  const [, library] = /"library_path"\s*:\s*"([^"]+)"/.exec(readFileSync(icd, 'utf8')) ?? [];
  const folders = ['', '/usr/lib/x86_64-linux-gnu/', '/usr/lib/aarch64-linux-gnu/', '/usr/lib64/'];
  const path = folders.map((folder) => folder + library).find((place) => existsSync(place));
  if (path === undefined) return undefined;
  return /Mesa (\d+\.\d+\.\d+)/.exec(readFileSync(path, 'latin1'))?.[1];
}
