import type { Progress } from '../../../assembly/fields';
import { DyditError } from '../../errors';

/** The functions of assembly/index.ts. Addresses above 2 GiB are given as they are. */
export interface Kernels {
  /** Opens the run that the host has written to the state. */
  begin(state: number): void;
  /** Ends the run after the items that are being done. */
  cancel(state: number): void;
  /** Does some items. */
  step(state: number): Progress;
  /** Lets the workers return. */
  quit(state: number): void;
  /** The life of a worker. */
  work(state: number, thread: number): void;
  /** Bytes of scratch memory that a thread needs for the op record at this address. */
  scratchBytes(op: number): number;
  /** Multiply-adds in registers, as many as `peakWork` says; the table has 128 bytes of finite numbers. */
  peak(table: number, rounds: number): number;
  peakWork(rounds: number): number;
  /** y = e^x of `count` numbers, a multiple of 4. */
  exponentials(x: number, y: number, count: number): void;
  gelus(x: number, y: number, count: number): void;
}

async function makeInstance(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(module, { env: { memory } });
  } catch (cause) {
    const isFull = cause instanceof RangeError;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DyditError(
      isFull ? 'out-of-memory' : 'internal',
      `The processor's kernels could not be started: ${reason}.`,
      isFull
        ? 'Close other tabs or programs and try again.'
        : 'Reload the page; if it comes back, please report it with this sentence.',
      { cause },
    );
  }
}

type Kernel = (...values: readonly number[]) => number;

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'function';
}

/** Compiled kernels on a memory. @throws DyditError `out-of-memory`, `internal` */
export async function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Kernels> {
  const { exports } = await makeInstance(module, memory);
  const kernel = (name: keyof Kernels): Kernel => {
    const value = exports[name];
    if (isKernel(value)) return value;
    throw new DyditError('internal', `The kernels were built without ${name}.`);
  };
  const scratchBytes = kernel('scratchBytes');
  return {
    begin: kernel('begin'),
    cancel: kernel('cancel'),
    step: kernel('step'),
    quit: kernel('quit'),
    work: kernel('work'),
    scratchBytes: (op) => scratchBytes(op) >>> 0,
    peak: kernel('peak'),
    peakWork: kernel('peakWork'),
    exponentials: kernel('exponentials'),
    gelus: kernel('gelus'),
  };
}
