import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Backend } from '../src/backend/backend';
import { runInBrowser } from './browser-backend';
import { caseFileNames } from './case-file';
import { variantNames, type AskedKernels } from './kernels';
import { runInNode } from './node-backend';
import { printReport } from './print';
import type { CaseReport } from './report';

const usage =
  'npm run conformance -- FOLDER... [--backend webgpu|wasm|reference] [--precision exact|fast] [--variant NAME|each] [--threads N] [--json FILE]';

/** Ends with a sentence and how it is called. */
function refuse(sentence: string): never {
  console.error(`${sentence}\nUsage: ${usage}`);
  process.exit(2);
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        backend: { type: 'string', default: 'webgpu' },
        precision: { type: 'string', default: 'exact' },
        variant: { type: 'string' },
        threads: { type: 'string' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function startBackend(kind: 'wasm' | 'reference', threads?: number): () => Promise<Backend> {
  return async () => {
    if (kind === 'reference') {
      const { createReferenceBackend } = await import('../src/backend/reference/backend');
      return createReferenceBackend();
    }
    const { createWasmBackend } = await import('../src/backend/wasm/wasm-backend');
    return createWasmBackend({ threads });
  };
}

/** What the cases are run with, one after the other. */
function askedKernels(precision: string, variant?: string): readonly AskedKernels[] {
  if (precision !== 'exact' && precision !== 'fast')
    refuse(`There is no precision "${precision}".`);
  if (variant !== 'each') return [{ precision, variant }];
  return variantNames(precision).map((name) => ({ precision, variant: name }));
}

const { positionals: folders, values } = parseCommandLine();
if (folders.length === 0) refuse('No case folder was given.');
for (const folder of folders) {
  const missing = caseFileNames.filter((name) => !existsSync(resolve(folder, name)));
  if (missing.length > 0) refuse(`${folder} has no ${missing.join(', ')}.`);
}
if (values.backend !== 'webgpu' && (values.precision !== 'exact' || values.variant !== undefined)) {
  refuse('Precisions and kernels to choose among are those of the backend webgpu.');
}
const threads = values.threads === undefined ? undefined : Number(values.threads);

const cases: CaseReport[] = [];
const onReport = (report: CaseReport): void => {
  printReport(report);
  cases.push(report);
};
switch (values.backend) {
  case 'webgpu':
    await runInBrowser(folders, askedKernels(values.precision, values.variant), onReport);
    break;
  case 'wasm':
  case 'reference':
    await runInNode(startBackend(values.backend, threads), folders, onReport);
    break;
  default:
    refuse(`There is no backend "${values.backend}".`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ cases }, null, 2)}\n`);
const failed = cases.filter((report) => !report.pass).length;
console.log(`${values.backend}: ${cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
