import { openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import { createWasmBackend } from '../../src/backend/wasm/wasm-backend';
import { folderOf, keepModel } from '../../src/engine/models/keep';
import { keepAlive } from '../../src/engine/keep-alive';
import { resolveFiles } from '../../src/engine/models/resolve';
import { filesOfStored } from '../../src/engine/models/stored-models';
import { folderStorage } from '../../tools/models/folder-storage';
import { openCase } from '../case-file';
import { printReport } from '../print';
import { reportCase } from '../run-case';

/** The case of make.py with its weights as they are, then kept in each type as the page keeps them. */
async function runAll(folder: string): Promise<boolean> {
  const open = (name: string) => openAsBlob(resolve(folder, name));
  const start = () => createWasmBackend({});
  const exact = await reportCase(start, 'as it is', () => openCase(open));
  printReport(exact);
  const original = await resolveFiles([{ name: 'model.pt', blob: await open('model.pt') }]);
  const storage = folderStorage(resolve(folder, 'kept'));
  for (const dtype of ['f16', 'int8'] as const) {
    const id = folderOf(original, dtype);
    const from = Date.now();
    await keepModel(storage, original, { dtype, folder: id, from: ['model.pt'] });
    const kept = await resolveFiles(await filesOfStored(storage, id));
    const seconds = ((Date.now() - from) / 1000).toFixed(0);
    const { settings, tensors } = await openCase(open);
    const name = `as ${dtype}, in ${seconds} s`;
    const files = { settings: { ...settings, name }, model: kept.dit.tensors, tensors };
    // What rounding does to masks is measured here; a type has no tolerance of its own.
    printReport(await reportCase(start, name, () => Promise.resolve(files)), 'kept');
  }
  return exact.pass;
}

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: npm run conformance:xl -- FOLDER, of conformance/xl/make.py');
  process.exit(2);
}
process.exit((await keepAlive(() => runAll(folder))) ? 0 : 1);
