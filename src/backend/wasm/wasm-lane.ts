import { State } from '../../../assembly/fields';
import { DyditError } from '../../errors';
import type { Program } from '../../ops/program';
import type { TensorSpec } from '../../ops/tensor';
import type {
  CompileOptions,
  ElementRange,
  Executable,
  Lane,
  Storage,
  WeightSet,
} from '../backend';
import type { Kernels } from './kernels';
import type { LaneMemory } from './lane-memory';
import { defaultWidenedBytes, type LaneSettings } from './lane-settings';
import type { Crew } from './run-loop';
import { SerialQueue } from './serial-queue';
import { Turn } from '../turn';
import { WasmExecutable, type Machine } from './wasm-executable';
import { WasmStorage } from './wasm-storage';
import { WasmWeights } from './wasm-weights';

/** Where a lane computes. */
export interface LanePlace {
  readonly memory: LaneMemory;
  readonly kernels: Kernels;
  readonly crew: Crew;
  /** Address of the lane's state, of `stateBytes`. */
  readonly state: number;
}

/** A memory of its own, and kernels that compute in it on the calling thread and its crew. */
export class WasmLane implements Lane {
  readonly #machine: Machine;
  readonly #closing = new AbortController();

  constructor(
    place: LanePlace,
    private readonly settings: LaneSettings,
  ) {
    const closing = this.#closing.signal;
    this.#machine = { ...place, turn: new Turn(), queue: new SerialQueue(), closing };
  }

  /** Most bytes of everything on it. */
  get limitBytes(): number {
    return this.#machine.memory.limitBytes;
  }

  /** Ends what runs, then does `last`; nothing can be asked for any more. */
  close(last: () => void): void {
    this.#closing.abort();
    this.#machine.queue.addQuick(last);
  }

  /** Blocks of memory that are not freed: 1, the state, where everything is destroyed. */
  get liveCount(): number {
    return this.#machine.memory.liveCount;
  }

  createWeights(label: string): WeightSet {
    const { memory, queue } = this.#machine;
    const { widenedBytes = defaultWidenedBytes } = this.settings;
    return new WasmWeights(label, { memory, widenedBytes }, (free) => queue.addQuick(free));
  }

  allocate(label: string, spec: TensorSpec): Storage {
    const { memory, queue } = this.#machine;
    const elements = spec.rows * spec.axis.groups * spec.axis.group;
    const block = memory.allocate(label, elements * 4);
    return new WasmStorage(label, spec, block, () => queue.addQuick(() => memory.free(block)));
  }

  write(
    storage: Storage,
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    start = 0,
  ): void {
    const { memory, queue } = this.#machine;
    const own = owned(storage);
    own.range({ start, count: data.length });
    // What waits its turn must not see what the caller does with the array meanwhile.
    const kept = queue.busy ? data.slice() : data;
    queue.addQuick(() => {
      const target = { address: own.addressOf(start), count: kept.length };
      if (kept instanceof Float32Array) memory.floats(target.address, target.count).set(kept);
      else memory.words(target.address, target.count).set(kept);
    });
  }

  copy(from: Storage, range: ElementRange, to: Storage, start: number): void {
    const { memory, queue } = this.#machine;
    const source = owned(from);
    const target = owned(to);
    const { count } = source.range(range);
    target.range({ start, count });
    queue.addQuick(() => {
      const words = memory.words(source.addressOf(range.start), count);
      memory.words(target.addressOf(start), count).set(words);
    });
  }

  readFloats(storage: Storage, range?: ElementRange): Promise<Float32Array<ArrayBuffer>> {
    const { memory, queue } = this.#machine;
    const own = owned(storage);
    const { start, count } = own.range(range);
    return queue.add(() => Float32Array.from(memory.floats(own.addressOf(start), count)));
  }

  readWords(storage: Storage, range?: ElementRange): Promise<Uint32Array<ArrayBuffer>> {
    const { memory, queue } = this.#machine;
    const own = owned(storage);
    const { start, count } = own.range(range);
    return queue.add(() => Uint32Array.from(memory.words(own.addressOf(start), count)));
  }

  compile(program: Program, options: CompileOptions): Promise<Executable> {
    const { queue } = this.#machine;
    try {
      const free = (executable: WasmExecutable): void => queue.addQuick(() => executable.free());
      return Promise.resolve(WasmExecutable.compile(this.#machine, program, options, free));
    } catch (error) {
      return Promise.reject(DyditError.from(error));
    }
  }
}

function owned(storage: Storage): WasmStorage {
  if (storage instanceof WasmStorage) return storage;
  throw new DyditError('internal', "The storage is another backend's.");
}

/** Bytes of a lane's state. */
export const stateBytes = State.words * 4;
