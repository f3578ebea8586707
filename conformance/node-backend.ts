import { openAsBlob } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Backend } from '../src/backend/backend';
import { keepAlive } from '../src/engine/keep-alive';
import { openCase } from './case-file';
import type { CaseReport } from './report';
import { reportCase } from './run-case';

/** Runs cases on a backend that needs no browser. */
export function runInNode(
  start: () => Promise<Backend>,
  folders: readonly string[],
  onReport: (report: CaseReport) => void,
): Promise<void> {
  return keepAlive(async () => {
    for (const folder of folders) {
      const open = () => openCase((name) => openAsBlob(resolve(folder, name)));
      onReport(await reportCase(start, basename(folder), open));
    }
  });
}
