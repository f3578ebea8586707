import type { Plugin } from 'vite';

/**
 * Keeps the script that a worker is started with apart from what its later parts import. WebKit runs
 * such a script once as the worker's own and, where a module imports it, once more: the worker would
 * have a second server, which answers every call first, with "used before it was started" (seen in
 * WebKitGTK 2.50). To be deleted once an imported worker script is run once there.
 */
export function workerEntries(): Plugin {
  return {
    name: 'dydit-worker-entries',
    // Vite's own value puts what several parts share into the script itself, which then exports it.
    options: (options) => ({ ...options, preserveEntrySignatures: 'strict' }),
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk' && output.isEntry && output.exports.length > 0) {
          this.error(`${output.fileName} starts a worker and must export nothing.`);
        }
      }
    },
  };
}
