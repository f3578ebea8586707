import { DyditError } from '../../errors';
import { Allocator } from './allocator';

const pageBytes = 65536;
/** Pages are asked for in megabytes: fewer calls, little waste. */
const growthPages = 16;
/** 4 GiB, then what smaller systems may still grant. */
const maximumPages: readonly number[] = [65536, 32768, 16384, 8192];

/** A block of a lane's memory, in bytes. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** The memory that the kernels of a lane compute in, and who has which part of it. */
export class LaneMemory {
  readonly memory: WebAssembly.Memory;
  readonly #allocator: Allocator;
  readonly #limit: number;

  /**
   * @param limitBytes most that may be used; all that the system grants where absent
   * @throws DyditError `out-of-memory` where the system grants none
   */
  constructor({ shared, limitBytes }: { readonly shared: boolean; readonly limitBytes?: number }) {
    const { memory, maximum } = reserve(shared);
    this.memory = memory;
    this.#limit = Math.min(maximum * pageBytes, limitBytes ?? Infinity);
    // Address 0 stays unused: the kernels read it as "none".
    this.#allocator = new Allocator(64, this.#limit);
  }

  /** Most bytes that may be used. */
  get limitBytes(): number {
    return this.#limit;
  }

  /** Blocks that are not freed. */
  get liveCount(): number {
    return this.#allocator.liveCount;
  }

  get liveBytes(): number {
    return this.#allocator.liveBytes;
  }

  /**
   * A block full of zeros.
   * @param label names it in errors
   * @throws DyditError `out-of-memory`
   */
  allocate(label: string, bytes: number): Block {
    const address = this.#allocator.allocate(bytes);
    if (address === undefined || !this.#reach(address + bytes)) {
      if (address !== undefined) this.#allocator.free(address);
      throw this.#exhausted(label, bytes);
    }
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
    return { address, bytes };
  }

  free({ address }: Block): void {
    this.#allocator.free(address);
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, count);
  }

  halves(address: number, count: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, address, count);
  }

  /** Grows the memory so that it holds all addresses below `end`; false where it can't. */
  #reach(end: number): boolean {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return true;
    return this.#grow(Math.max(missing, growthPages)) || this.#grow(missing);
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #exhausted(label: string, bytes: number): DyditError {
    const [need, used, limit] = [bytes, this.liveBytes, this.#limit].map(
      (n) => `${mebibytes(n)} MiB`,
    );
    return new DyditError(
      'out-of-memory',
      `${label} needs ${need}; ${used} of the processor's ${limit} are in use.`,
      'Draw fewer pictures at once, choose a smaller model, or close other tabs.',
    );
  }
}

function reserve(shared: boolean): { memory: WebAssembly.Memory; maximum: number } {
  for (const maximum of maximumPages) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 1, maximum, shared }), maximum };
    } catch {
      // The address space may be too small for this much; try less.
    }
  }
  throw new DyditError(
    'out-of-memory',
    'The system grants no memory to compute in.',
    'Close other tabs or programs and reload the page.',
  );
}

function mebibytes(bytes: number): string {
  const value = bytes / 2 ** 20;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
