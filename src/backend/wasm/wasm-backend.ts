import { DyditError, type ErrorReport } from '../../errors';
import type { Backend, BackendReport, Lane } from '../backend';
import { compileKernels } from './kernel-files';
import { instantiate } from './kernels';
import { LaneMemory } from './lane-memory';
import { hasRelaxedSimd } from './relaxed-simd';
import { alone } from './run-loop';
import { stateBytes, WasmLane } from './wasm-lane';

/** How the processor is to be used. */
export interface WasmOptions {
  /** Threads; as many as the processor has where absent. */
  readonly threads?: number;
  /** False: without relaxed SIMD even where there is. */
  readonly relaxed?: boolean;
  /** False: a memory for each thread even where they could share one. */
  readonly shared?: boolean;
  /** Most bytes of a lane's memory; all that there is where absent. */
  readonly memoryLimit?: number;
}

/**
 * The processor as a backend: WebAssembly with SIMD.
 * @throws DyditError `out-of-memory`, `network-failed`, `internal`
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  const fused = (options.relaxed ?? true) && hasRelaxedSimd();
  const module = await compileKernels({ fused, shared: false });
  const memory = new LaneMemory({ shared: false, limitBytes: options.memoryLimit });
  const kernels = await instantiate(module, memory.memory);
  const state = memory.allocate('The state of the processor', stateBytes);
  const lane = new WasmLane(memory, kernels, alone, state.address);
  return new WasmBackend([lane], {
    kind: 'wasm',
    description: `processor, 1 thread, ${fused ? 'relaxed SIMD' : 'SIMD'}`,
    software: false,
    threads: 1,
    features: fused ? ['simd', 'relaxed-simd'] : ['simd'],
    fallbacks: fused ? [] : ['No relaxed SIMD: a multiply-add takes two instructions.'],
    linearGflops: 0,
  });
}

export class WasmBackend implements Backend {
  readonly lost = new Promise<ErrorReport>(() => undefined);

  constructor(
    readonly lanes: readonly WasmLane[],
    readonly report: BackendReport,
  ) {}

  /** Blocks of memory that are not freed. */
  get liveCount(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.liveCount, 0);
  }

  async guard<T>(_what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw DyditError.from(error);
    }
  }

  destroy(): void {
    // Nothing outlives the lanes.
  }
}

export type { Lane };
