import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { withBrowserPage } from '../tools/browser-page';
import { caseFileNames } from './case-file';
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

/** Runs cases on WebGPU in headless Chromium. */
export function runInBrowser(
  folders: readonly string[],
  onReport: (report: CaseReport) => void,
): Promise<void> {
  return withBrowserPage('conformance/index.html', [serveCases(folders)], async (page) => {
    await page.waitForFunction(() => globalThis.runConformanceCase !== undefined);
    for (const [index, folder] of folders.entries()) {
      const report = await page.evaluate(
        (path) => globalThis.runConformanceCase?.(path),
        `/__case/${index}`,
      );
      if (!report) throw new Error('The conformance page did not start.');
      onReport(report.error ? { ...report, name: basename(folder) } : report);
    }
  });
}
