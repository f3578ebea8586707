import { DyditError } from '../../errors';

/** Which build of the kernels: tools/build-kernels.ts makes one file of each. */
export interface KernelBuild {
  /** Relaxed SIMD: a multiply-add is one instruction. */
  readonly fused: boolean;
  /** For a memory that threads share. */
  readonly shared: boolean;
}

// Each address is written out, because that is how Vite finds the files.
function addressOf({ fused, shared }: KernelBuild): URL {
  if (fused && shared) {
    return new URL('../../../build/kernels/fused-shared.wasm', import.meta.url);
  }
  if (fused) return new URL('../../../build/kernels/fused.wasm', import.meta.url);
  if (shared) return new URL('../../../build/kernels/plain-shared.wasm', import.meta.url);
  return new URL('../../../build/kernels/plain.wasm', import.meta.url);
}

/**
 * Compiles a build of the kernels.
 * @throws DyditError `network-failed` where something else arrived in their place; `internal` where
 * this browser can't run them
 */
export async function compileKernels(build: KernelBuild): Promise<WebAssembly.Module> {
  const bytes = await read(addressOf(build));
  if (!('WebAssembly' in globalThis)) throw notRunnable('it has no WebAssembly');
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (magic.some((byte, at) => bytes[at] !== byte)) {
      throw notLoaded('something else came in their place', cause);
    }
    throw notRunnable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** What every file of WebAssembly begins with. */
const magic = [0x00, 0x61, 0x73, 0x6d];

async function read(address: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (address.protocol === 'file:') return readFile(address);
  if (address.protocol === 'data:') return decode(address);
  return new Uint8Array(await download(address));
}

/** The package has the kernels in its script; a page's policy may forbid to fetch them from there. */
function decode({ pathname }: URL): Uint8Array<ArrayBuffer> {
  const binary = atob(pathname.slice(pathname.indexOf(',') + 1));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Reads a file in Node, without an import that a browser's bundle would have to explain away. */
function readFile(address: URL): Uint8Array<ArrayBuffer> {
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs');
    return new Uint8Array(readFileSync(address));
  } catch (error) {
    throw new DyditError(
      'internal',
      `The processor's kernels (${address.pathname}) can't be read.`,
      'Build them with: npm run build:kernels',
      { cause: error },
    );
  }
}

async function download(address: URL): Promise<ArrayBuffer> {
  try {
    const response = await fetch(address);
    if (response.ok) return await response.arrayBuffer();
    throw new Error(`the server answered ${response.status}`);
  } catch (cause) {
    throw notLoaded(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notLoaded(reason: string, cause: unknown): DyditError {
  return new DyditError(
    'network-failed',
    `The processor's kernels could not be loaded: ${reason}.`,
    'Check the connection and try again.',
    { cause },
  );
}

function notRunnable(reason: string, cause?: unknown): DyditError {
  return new DyditError(
    'internal',
    `This browser can't run the processor's kernels: ${reason}.`,
    'Use a current browser; a lockdown mode, or a policy that forbids WebAssembly, has to be off.',
    { cause },
  );
}
