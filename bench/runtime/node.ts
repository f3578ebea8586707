import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { keepAlive } from '../../src/engine/keep-alive';
import { DyditError } from '../../src/errors';
import { exposeGpu } from '../../tools/vulkan/dawn';
import { chromiumSwiftshader, findLavapipe } from '../../tools/vulkan/drivers';
import type { AdapterName } from '../names';
import type { Workplace } from '../workplace/workplace';
import type { Runtime } from './runtime';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}build/bench/node`;

/**
 * Workplaces are in this process, on Dawn for Node: the engine as Vite bundles it, shaders and all.
 * @throws DyditError `invalid-request` where the driver or the package is not there
 */
export async function withNode<T>(
  adapter: AdapterName,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  chooseDriver(adapter);
  await exposeGpu();
  const openWorkplace = await bundledWorkplaces();
  return keepAlive(() => work({ openWorkplace: () => Promise.resolve(openWorkplace()) }));
}

/** Vulkan's loader reads the variable when the first adapter is asked for. */
function chooseDriver(adapter: AdapterName): void {
  if (adapter === 'native') return;
  const found = adapter === 'lavapipe' ? findLavapipe() : chromiumSwiftshader();
  if ('missing' in found) {
    throw new DyditError('invalid-request', `--adapter ${adapter}: ${found.missing}`);
  }
  process.env.VK_ICD_FILENAMES = found.icd;
  process.env.VK_DRIVER_FILES = found.icd;
}

async function bundledWorkplaces(): Promise<() => Workplace> {
  await build({
    ...{ root, configFile: false, publicDir: false, logLevel: 'warn' },
    ssr: { noExternal: true, external: ['webgpu'] },
    // Its build for Node is CommonJS in a package of modules.
    resolve: { alias: { wgsl_reflect: 'wgsl_reflect/wgsl_reflect.module.js' } },
    build: {
      ...{ target: 'node20', ssr: 'bench/runtime/node-workplace.ts', outDir: folder },
      ...{ emptyOutDir: true, minify: false },
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
  const file = `${folder}/node-workplace.js`;
  if (!existsSync(file)) throw new Error(`Vite wrote no ${file}.`);
  const bundle: unknown = await import(pathToFileURL(file).href);
  if (hasWorkplace(bundle)) return bundle.nodeWorkplace;
  throw new Error(`${file} has no workplace.`);
}

function hasWorkplace(bundle: unknown): bundle is { nodeWorkplace: () => Workplace } {
  return (
    typeof bundle === 'object' &&
    bundle !== null &&
    'nodeWorkplace' in bundle &&
    typeof bundle.nodeWorkplace === 'function'
  );
}
