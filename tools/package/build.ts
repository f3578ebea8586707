import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';
import { build, type InlineConfig } from 'vite';
import { buildKernels } from '../build-kernels';
import { inlineFiles } from './inline-files';

/*
 * Builds what `npm pack` packs beside the embedded model: the engine for browsers, one script with all
 * that it starts and reads; the engine and the command line for Node; their types. No dependencies.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}dist-engine`;

const common = {
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  plugins: [inlineFiles()],
} satisfies InlineConfig;

/** How long plugins take is no news. */
const checks = { pluginTimings: false };

async function buildForBrowsers(): Promise<void> {
  await build({
    ...common,
    worker: {
      format: 'es',
      plugins: () => [inlineFiles()],
      rolldownOptions: { checks, output: { codeSplitting: false } },
    },
    build: {
      target: 'es2023',
      outDir: `${folder}/browser`,
      lib: { entry: 'src/engine/in-browser.ts', formats: ['es'], fileName: () => 'engine.js' },
      minify: true,
      rolldownOptions: { checks },
      chunkSizeWarningLimit: 1000,
    },
  });
}

async function buildForNode(): Promise<void> {
  await build({
    ...common,
    ssr: { noExternal: true },
    build: {
      target: 'node20',
      // Of what is bundled here, and for browsers as well.
      license: { fileName: 'LICENSES.md' },
      ssr: true,
      minify: true,
      outDir: `${folder}/node`,
      rolldownOptions: {
        checks,
        input: { engine: 'src/engine/in-node.ts', cli: 'tools/cli.ts' },
        // All in one folder: the command line finds the model from where its script lies.
        output: { chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** One file, the same for both: what they give has the same types. */
function writeTypes(): void {
  const entry = { filePath: `${root}src/engine/in-browser.ts`, output: { noBanner: true } };
  const [types] = generateDtsBundle([entry], { preferredConfigPath: `${root}tsconfig.json` });
  writeFileSync(`${folder}/engine.d.ts`, types);
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
await buildKernels();
await buildForBrowsers();
await buildForNode();
writeTypes();
