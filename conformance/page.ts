import { DyditError } from '../src/errors';
import { requestGpu } from '../src/backend/webgpu/gpu/device';
import { KernelLibrary } from '../src/backend/webgpu/kernels/library';
import { openCheckpoint } from '../src/checkpoint/open';
import { parseCase } from './case-file';
import type { CaseReport } from './report';
import { runCase } from './run-case';

declare global {
  /** Called by run.ts: runs the case whose files lie under `base`. */
  var runConformanceCase: ((base: string) => Promise<CaseReport>) | undefined;
}

const library = requestGpu(navigator.gpu).then((gpu) => new KernelLibrary(gpu));

async function file(base: string, name: string): Promise<Blob> {
  const response = await fetch(`${base}/${name}`);
  if (!response.ok) throw new Error(`${name} can't be read (${response.status}).`);
  return response.blob();
}

globalThis.runConformanceCase = async (base) => {
  try {
    const settings = parseCase(JSON.parse(await (await file(base, 'case.json')).text()));
    const model = await openCheckpoint(await file(base, 'model.pt'), 'model.pt');
    const tensors = await openCheckpoint(await file(base, 'case.safetensors'), 'case.safetensors');
    return await runCase(await library, settings, model.tensors, tensors.tensors);
  } catch (error) {
    return { name: base, pass: false, outputs: {}, error: DyditError.from(error).message };
  }
};
