import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { withBrowserPage } from '../tools/browser-page';
import { caseFileNames } from './case-file';
import type { AskedKernels } from './kernels';
import type { CaseReport } from './report';

/** Serves the files of case i at /__case/i/. */
function serveCases(folders: readonly string[]): Plugin {
  return {
    name: 'conformance-cases',
    configureServer(server) {
      server.middlewares.use('/__case/', (request, response) => {
        const [index, name] = (request.url ?? '').replace(/^\//, '').split('/');
        const folder = folders[Number(index)];
        if (!folder || !caseFileNames.some((known) => known === name)) {
          response.writeHead(404).end();
          return;
        }
        createReadStream(resolve(folder, name)).pipe(response);
      });
    },
  };
}

/** Runs cases on WebGPU in headless Chromium, all of them for each of what was asked. */
export function runInBrowser(
  folders: readonly string[],
  asked: readonly AskedKernels[],
  onReport: (report: CaseReport) => void,
): Promise<void> {
  return withBrowserPage('conformance/index.html', [serveCases(folders)], async (page) => {
    await page.waitForFunction(() => globalThis.runConformanceCase !== undefined);
    for (const kernels of asked) {
      for (const [index, folder] of folders.entries()) {
        const report = await page.evaluate(
          ([path, of]) => globalThis.runConformanceCase?.(path, of),
          [`/__case/${index}`, kernels] as const,
        );
        if (!report) throw new Error('The conformance page did not start.');
        onReport({ ...report, ...(report.error && { name: basename(folder) }), ...kernels });
      }
    }
  });
}
