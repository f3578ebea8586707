import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { PrecacheEntry } from 'workbox-precaching';
import { pageHeaders } from './headers.ts';

const source = fileURLToPath(
  new URL('../../src/service-worker/service-worker.ts', import.meta.url),
);
const scriptName = 'service-worker.js';

/** For hosts and people, not for the page. */
const notKept = /^_headers$|\.md$|^\.vite\//;

/** Files whose names change with their content. */
const namedByContent = /^assets\//;

/**
 * What the service worker keeps of a built page: every file, told from its other versions by its hash.
 * Weights are held against it again when they arrive: a host in the middle of an update must not mix
 * those of two versions.
 */
function keptFiles(folder: string): readonly PrecacheEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((url) => url !== scriptName && !notKept.test(url))
    .toSorted()
    .map((url) => {
      if (namedByContent.test(url)) return { url, revision: null };
      const hash = createHash('sha256').update(readFileSync(join(folder, url)));
      const sha256 = hash.digest();
      return {
        url,
        revision: sha256.toString('hex'),
        ...(url.startsWith('models/') && { integrity: `sha256-${sha256.toString('base64')}` }),
      };
    });
}

/** Builds the service worker of the page in a folder, which keeps what lies there. */
export async function buildServiceWorker(folder: string): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: {
      'process.env.NODE_ENV': '"production"',
      __KEPT_FILES__: JSON.stringify(keptFiles(folder)),
      __PAGE_HEADERS__: JSON.stringify(pageHeaders),
    },
    build: {
      target: 'es2023',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: source,
        output: { format: 'iife', entryFileNames: scriptName },
      },
    },
  });
}

/** Builds the service worker once the page is there, so that it knows each of its files. */
export function offline(): Plugin {
  let folder = '';
  let written = false;
  return {
    name: 'dydit-offline',
    apply: 'build',
    configResolved({ root, build: { outDir } }) {
      folder = resolve(root, outDir);
    },
    writeBundle() {
      written = true;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        // A build that has failed is closed as well.
        if (written) await buildServiceWorker(folder);
      },
    },
  };
}
