import { describeOps } from '../testing/describe-ops';
import { createWasmBackend, type WasmBackend } from './wasm-backend';

let backend: WasmBackend | undefined;

async function open(): Promise<WasmBackend> {
  backend = await createWasmBackend({ threads: 1, relaxed: false });
  return backend;
}

describeOps('wasm, plain SIMD, one thread', open, {
  tolerance: { abs: 1e-5, rel: 1e-5 },
  liveCount: () => backend?.liveCount ?? 0,
});
