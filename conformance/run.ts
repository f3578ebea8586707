import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Plugin } from 'vite';
import { withBrowserPage } from '../tools/browser-page';
import type { CaseReport } from './report';

const usage = 'npm run conformance -- FOLDER... [--json FILE]';
const caseFiles = ['case.json', 'case.safetensors', 'model.pt'];

/** Serves the files of case i at /__case/i/. */
function serveCases(folders: readonly string[]): Plugin {
  return {
    name: 'conformance-cases',
    configureServer(server) {
      server.middlewares.use('/__case/', (request, response) => {
        const [index, name] = (request.url ?? '').replace(/^\//, '').split('/');
        const folder = folders[Number(index)];
        if (!folder || !caseFiles.includes(name)) {
          response.writeHead(404).end();
          return;
        }
        createReadStream(resolve(folder, name)).pipe(response);
      });
    },
  };
}

function runCases(folders: readonly string[]): Promise<readonly CaseReport[]> {
  return withBrowserPage('conformance/index.html', [serveCases(folders)], async (page) => {
    await page.waitForFunction(() => globalThis.runConformanceCase !== undefined);
    const reports: CaseReport[] = [];
    for (const [index, folder] of folders.entries()) {
      const report = await page.evaluate(
        (path) => globalThis.runConformanceCase?.(path),
        `/__case/${index}`,
      );
      if (!report) throw new Error('The conformance page did not start.');
      const named = report.error ? { ...report, name: basename(folder) } : report;
      print(named);
      reports.push(named);
    }
    return reports;
  });
}

function print({ name, pass, outputs, error }: CaseReport): void {
  console.log(`${pass ? 'pass' : 'FAIL'}  ${name}${error ? `: ${error}` : ''}`);
  for (const [output, { maxAbs, maxRel, mismatches }] of Object.entries(outputs)) {
    const masks = mismatches === undefined ? '' : `  ${mismatches} mask entries differ`;
    console.log(
      `      ${output.padEnd(14)} abs ${maxAbs.toExponential(2)}  rel ${maxRel.toExponential(2)}${masks}`,
    );
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
if (positionals.length === 0) {
  console.error(`No case folder given. Usage: ${usage}`);
  process.exit(2);
}
for (const folder of positionals) {
  const missing = caseFiles.filter((name) => !existsSync(resolve(folder, name)));
  if (missing.length > 0) {
    console.error(`${folder} has no ${missing.join(', ')}.`);
    process.exit(2);
  }
}
const cases = await runCases(positionals);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ cases }, null, 2)}\n`);
const failed = cases.filter((report) => !report.pass).length;
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
