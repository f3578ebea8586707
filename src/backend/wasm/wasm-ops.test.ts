import { describeOps } from '../testing/describe-ops';
import { createWasmBackend, type WasmBackend, type WasmOptions } from './wasm-backend';

const plain: readonly (readonly [string, WasmOptions])[] = [
  ['one thread', { threads: 1 }],
  ['three threads', { threads: 3 }],
  ['weights that stay halves', { threads: 1, widenedBytes: 0 }],
];

for (const [name, options] of plain) {
  let backend: WasmBackend | undefined;
  const open = async (): Promise<WasmBackend> => {
    backend = await createWasmBackend({ ...options, relaxed: false });
    return backend;
  };
  describeOps(`wasm, plain SIMD, ${name}`, open, {
    tolerance: { abs: 1e-5, rel: 1e-5 },
    liveCount: () => backend?.liveCount ?? 0,
  });
}
