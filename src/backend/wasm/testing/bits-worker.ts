import { DyditError } from '../../../errors';
import type { Storage } from '../../backend';
import { createWasmBackend } from '../wasm-backend';
import type { BitsAnswer, BitsRequest } from './bits-request';

// Runs a case in a worker, where threads may sleep and so share a memory: in a page they may not.
addEventListener('message', ({ data }: MessageEvent<BitsRequest>) => {
  answer(data).then(
    (message) => postMessage(message),
    (error: unknown) => postMessage({ error: DyditError.from(error).toReport() }),
  );
});

async function answer({ test, options, read }: BitsRequest): Promise<BitsAnswer> {
  const backend = await createWasmBackend(options);
  const [lane] = backend.lanes;
  const storage: Record<string, Storage> = {};
  for (const tensor of test.program.tensors) {
    if (tensor.external === undefined) continue;
    storage[tensor.external] = lane.allocate(tensor.external, tensor);
    lane.write(storage[tensor.external], test.contents[tensor.external]);
  }
  const weights = lane.createWeights('Test');
  for (const layer of test.weights) await weights.upload(layer);
  const { width } = test;
  const executable = await lane.compile(test.program, { weights, storage, width });
  for (const values of test.runs ?? [{}]) await executable.run(values);
  const values = await lane.readFloats(storage[read]);
  backend.destroy();
  return { report: backend.report, values };
}
