import { describeOps } from '../testing/describe-ops';
import { createWasmBackend, type WasmBackend } from './wasm-backend';

for (const threads of [1, 3]) {
  let backend: WasmBackend | undefined;
  const open = async (): Promise<WasmBackend> => {
    backend = await createWasmBackend({ threads, relaxed: false });
    return backend;
  };
  describeOps(`wasm, plain SIMD, threads: ${threads}`, open, {
    tolerance: { abs: 1e-5, rel: 1e-5 },
    liveCount: () => backend?.liveCount ?? 0,
  });
}
