import type { ErrorReport } from '../errors';
import type { LayerWeights } from '../ops/layer';
import type { Program } from '../ops/program';
import type { RunValues } from '../ops/run-values';
import type { TensorSpec } from '../ops/tensor';
import type { ActiveWidth } from '../ops/width';

/** Storage of one tensor that outlives a program, in a lane's memory. */
export interface Storage {
  readonly spec: TensorSpec;
  destroy(): void;
}

/** Elements of a storage, counted without padding. */
export interface ElementRange {
  readonly start: number;
  readonly count: number;
}

/** Weights in a lane's memory, laid out as its kernels like them. */
export interface WeightSet {
  /**
   * Packs and keeps the weights of one layer, under the layer's name. Their arrays are of no use to it
   * once it is done.
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  upload(weights: LayerWeights): Promise<void>;
  destroy(): void;
}

/**
 * `exact`: a seed gives the same bits whichever kernels are chosen. `fast`: half-precision arithmetic
 * in matrix products, within a stated tolerance, and only where it was asked for.
 */
export type Precision = 'exact' | 'fast';

/** What a program is compiled with. */
export interface CompileOptions {
  /** Weights of every layer of the program. */
  readonly weights: WeightSet;
  /** Storage of every external tensor, by its name. */
  readonly storage: Readonly<Record<string, Storage>>;
  /** Needed where the program has gates. */
  readonly width?: ActiveWidth;
  /** `fast` only where the backend's report says so; `exact` where absent. */
  readonly precision?: Precision;
  /** Runs whose time on the device is to be kept for `deviceMs`; 0 where absent. */
  readonly timedRuns?: number;
}

/** A compiled program with all its memory: a run allocates nothing. */
export interface Executable {
  /**
   * Runs the program once. Resolves when the work is under way (a graphics card) or done (the
   * processor); runs and reads of a lane take effect in the order they were asked for.
   * @throws DyditError `cancelled` where the signal was aborted before the end
   */
  run(values?: RunValues, signal?: AbortSignal): Promise<void>;
  /** Milliseconds that each of the timed runs took on the device; undefined where it has no clock. */
  deviceMs(): Promise<readonly number[] | undefined>;
  destroy(): void;
}

/** A memory with something that computes on it; lanes of one backend work side by side. */
export interface Lane {
  /** @param label names the weights in errors */
  createWeights(label: string): WeightSet;
  /**
   * Zeroed storage.
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  allocate(label: string, spec: TensorSpec): Storage;
  /** @param start first element to write, 0 where absent; `dense` storage alone takes a part */
  write(
    storage: Storage,
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    start?: number,
  ): void;
  /**
   * Copies elements between `dense` storages of this lane.
   * @param start first element of `to`
   */
  copy(from: Storage, range: ElementRange, to: Storage, start: number): void;
  /** Values (rows, columns) without padding, as they are after everything asked for so far. */
  readFloats(storage: Storage, range?: ElementRange): Promise<Float32Array<ArrayBuffer>>;
  readWords(storage: Storage, range?: ElementRange): Promise<Uint32Array<ArrayBuffer>>;
  /** @throws DyditError `limit-too-small`, `out-of-memory`, `shader-failed`, `checkpoint-unsupported` */
  compile(program: Program, options: CompileOptions): Promise<Executable>;
}

export type BackendKind = 'webgpu' | 'wasm' | 'reference';

/** The machine in words, and what was done without. */
export interface BackendReport {
  readonly kind: BackendKind;
  /** The graphics adapter, or the processor. */
  readonly description: string;
  /** True for WebGPU on a processor (SwiftShader, lavapipe, WARP): expect it to be slow. */
  readonly software: boolean;
  /** Kernels that run side by side: 1 on a graphics card. */
  readonly threads: number;
  /** What the adapter or processor offers and is used, such as `shader-f16` or `relaxed-simd`. */
  readonly features: readonly string[];
  /** What it was started for, as far as it can. */
  readonly precision: Precision;
  /** What it could be started for. */
  readonly precisions: readonly Precision[];
  /** Sentences such as "No shader-f16: half-precision weights are unpacked to f32." */
  readonly fallbacks: readonly string[];
  /** Measured throughput of a matrix product, GFLOP/s, two flops a multiply-add. */
  readonly linearGflops: number;
  /** Absent where nothing is known of it. */
  readonly memory?: MemoryLimits;
}

/** What is known of a backend's memory; graphics cards do not say how much they have. */
export interface MemoryLimits {
  /** Most bytes of a tensor that ops work on; weights may be larger. */
  readonly largestBytes?: number;
  /** Most bytes of everything on a lane. */
  readonly totalBytes?: number;
  /** Bytes that a number of an int8 weight takes: 1 where it stays what it is, 4 where it is widened. */
  readonly int8Bytes: 1 | 4;
  /** Lanes that share the items of a run, each with all weights. */
  readonly lanes: number;
}

/** Something that runs programs: a graphics card, the processor, or plain loops. */
export interface Backend {
  readonly report: BackendReport;
  /** At least one. */
  readonly lanes: readonly Lane[];
  /** Resolves, never rejects, when the backend can't be used any more. */
  readonly lost: Promise<ErrorReport>;
  /**
   * Does `work` with the device's own errors caught and typed.
   * @param what names the work in a message ("loading the model")
   * @throws DyditError `out-of-memory`, `internal`, or what `work` throws
   */
  guard<T>(what: string, work: () => Promise<T>): Promise<T>;
  /**
   * Forgets which kernels were found fastest here, on this visit and earlier ones, and measures anew
   * what this visit's programs need; those that are compiled from now on use it. Absent where nothing
   * is ever measured.
   * @param onProgress 0..1
   * @returns how many shapes were measured: none where the clock is too coarse, a table chooses, or
   * nothing has run yet, and the next program measures then
   */
  measureAgain?(onProgress: (fraction: number) => void): Promise<number>;
  destroy(): void;
}
