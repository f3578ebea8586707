import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCase } from '../../../conformance/case-file';
import { runCase } from '../../../conformance/run-case';
import type { Backend } from '../../backend/backend';
import { createWasmBackend } from '../../backend/wasm/wasm-backend';
import { folderOf, keepModel } from './keep';
import { resolveFiles } from './resolve';
import { filesOfStored } from './stored-models';
import { caseFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';

/** Outputs of converted weights against PyTorch's of the weights before; the README has the figures. */

let backend: Backend;
beforeAll(async () => {
  backend = await createWasmBackend({ threads: 1 });
});
afterAll(() => backend.destroy());

it.each([
  ['tiny', 'f32', 1e-4, 0],
  ['tiny', 'f16', 4e-4, 0],
  ['wide', 'f16', 4e-4, 0],
  ['tiny', 'int8', 1.5e-2, 0.01],
  ['wide', 'int8', 1.5e-2, 0.01],
] as const)('%s in %s is within %s of PyTorch', async (name, dtype, most, flips) => {
  const open = (file: string) =>
    openAsBlob(new URL(`../../../conformance/cases/${name}/${file}`, import.meta.url));
  const files = await openCase(open);
  const plain = await resolveFiles([{ name: 'model.pt', blob: await caseFile(name, 'model.pt') }]);
  const storage = memoryStorage();
  const folder = folderOf(plain, dtype);
  await keepModel(storage, plain, { dtype, folder, from: ['model.pt'] });
  const kept = await resolveFiles(await filesOfStored(storage, folder));
  const { outputs } = await runCase(backend, { ...files, model: kept.dit.tensors });
  for (const output of ['out_complete', 'out_cfg', 'out_ddpm', 'out_ddim']) {
    expect(outputs[output].maxRel, output).toBeLessThan(most);
  }
  for (const mask of ['attn_mask', 'mlp_mask', 'token_mask']) {
    const entries = files.tensors.get(mask)?.shape.reduce((product, size) => product * size, 1);
    const share = (outputs[mask].mismatches ?? Infinity) / (entries ?? 0);
    expect(share, mask).toBeLessThanOrEqual(flips);
  }
});
