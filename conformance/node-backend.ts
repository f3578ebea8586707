import { openAsBlob } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Backend } from '../src/backend/backend';
import { openCase } from './case-file';
import type { CaseReport } from './report';
import { reportCase } from './run-case';

/** Runs cases on a backend that needs no browser. */
export async function runInNode(
  backend: Backend,
  folders: readonly string[],
  onReport: (report: CaseReport) => void,
): Promise<void> {
  try {
    for (const folder of folders) {
      const open = () => openCase((name) => openAsBlob(resolve(folder, name)));
      onReport(await reportCase(backend, basename(folder), open));
    }
  } finally {
    backend.destroy();
  }
}
