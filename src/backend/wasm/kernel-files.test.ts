import { afterEach, expect, test, vi } from 'vitest';
import { compileKernels } from './kernel-files';
import { instantiate } from './kernels';
import { LaneMemory } from './lane-memory';
import { createWasmBackend } from './wasm-backend';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const plain = { fused: false, shared: false };

/** Node's files arrive as they are: what `bytes` come to is what compiling them comes to. */
function kernelsArriveAs(bytes: Uint8Array<ArrayBuffer>): void {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ readFileSync: () => bytes });
}

test('kernels that can not be compiled are named, and asked for anew the next time', async () => {
  const compile = vi.spyOn(WebAssembly, 'compile');
  compile.mockRejectedValueOnce(new WebAssembly.CompileError('invalid opcode 0xfd'));
  await expect(compileKernels(plain)).rejects.toMatchObject({
    code: 'internal',
    message: "This browser can't run the processor's kernels: invalid opcode 0xfd.",
  });
  await expect(compileKernels(plain)).resolves.toBeInstanceOf(WebAssembly.Module);
});

test('something else in their place: network-failed', async () => {
  kernelsArriveAs(new TextEncoder().encode('<!doctype html>'));
  await expect(compileKernels(plain)).rejects.toMatchObject({
    code: 'network-failed',
    advice: 'Check the connection and try again.',
  });
});

test('a browser without WebAssembly is told so', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  await expect(createWasmBackend({ threads: 1 })).rejects.toMatchObject({
    code: 'internal',
    message: "This browser can't run the processor's kernels: it has no WebAssembly.",
  });
});

test('kernels that the system starts not: out-of-memory, and the next try goes well', async () => {
  const module = await compileKernels(plain);
  const { memory } = new LaneMemory({ shared: false });
  vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new RangeError('Out of memory'));
  await expect(instantiate(module, memory)).rejects.toMatchObject({ code: 'out-of-memory' });
  await instantiate(module, memory);
});
