import { createWebGpuBackend } from '../src/backend/webgpu/webgpu-backend';
import { openCase } from './case-file';
import type { CaseReport } from './report';
import { reportCase } from './run-case';

declare global {
  /** Called by browser-backend.ts: runs the case whose files lie under `base`. */
  var runConformanceCase: ((base: string) => Promise<CaseReport>) | undefined;
}

const backend = createWebGpuBackend(navigator.gpu);

async function fetchFile(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} can't be read (${response.status}).`);
  return response.blob();
}

globalThis.runConformanceCase = async (base) =>
  reportCase(await backend, base, () => openCase((name) => fetchFile(`${base}/${name}`)));
