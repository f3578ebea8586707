import { createWebGpuBackend } from '../src/backend/webgpu/webgpu-backend';
import { openCase } from './case-file';
import { webGpuOptions, type AskedKernels } from './kernels';
import type { CaseReport } from './report';
import { reportCase } from './run-case';

declare global {
  /** Called by browser-backend.ts: runs the case whose files lie under `base`, on a backend of its own. */
  var runConformanceCase: ((base: string, asked: AskedKernels) => Promise<CaseReport>) | undefined;
}

async function fetchFile(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} can't be read (${response.status}).`);
  return response.blob();
}

globalThis.runConformanceCase = (base, asked) =>
  reportCase(
    () => createWebGpuBackend(navigator.gpu, webGpuOptions(asked)),
    base,
    () => openCase((name) => fetchFile(`${base}/${name}`)),
  );
