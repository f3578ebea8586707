import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const kernel = /new URL\(\s*'([^']+\.wasm)',\s*import\.meta\.url,?\s*\)/g;
const worker = /new Worker\(\s*new URL\('(\.[^']+)',\s*import\.meta\.url\),/g;

/**
 * Puts kernels and workers into the script that starts them. Bundlers differ in which files they find
 * from a script, and browsers start no worker from another machine; what is in the script is there.
 */
export function inlineFiles(): Plugin {
  return {
    name: 'dydit-inline-files',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.endsWith('.ts')) return undefined;
      let changed = code;
      for (const [address, path] of code.matchAll(kernel)) {
        const bytes = await readFile(resolve(dirname(id), path), 'base64');
        changed = changed.replace(address, `new URL('data:application/wasm;base64,${bytes}')`);
      }
      for (const [start, path] of code.matchAll(worker)) {
        const name = `startInline${path.replace(/\W/g, '_')}`;
        changed = changed.replace(start, `new ${name}(`);
        changed += `\nimport ${name} from '${path}?worker&inline';\n`;
      }
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}
