import { DyditError, type ErrorReport } from '../../errors';
import type { Backend, BackendReport } from '../backend';
import { compileKernels } from './kernel-files';
import { instantiate } from './kernels';
import { LaneMemory } from './lane-memory';
import { measureLinear } from './measure';
import { processorName, processorThreads } from './processor';
import { hasRelaxedSimd } from './relaxed-simd';
import { alone, type Crew } from './run-loop';
import { canShareMemory, SharedCrew } from './shared-crew';
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
 * The processor as a backend: WebAssembly with SIMD. Where threads can share a memory, one lane with
 * all of them; else a lane for each.
 * @throws DyditError `out-of-memory`, `network-failed`, `internal`
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  const fused = (options.relaxed ?? true) && hasRelaxedSimd();
  const shared = (options.shared ?? true) && canShareMemory();
  const threads = options.threads ?? processorThreads();
  const fallbacks = fused ? [] : ['No relaxed SIMD: a multiply-add takes two instructions.'];
  const started = await startLane({ fused, threads: shared ? threads : 1 }, options.memoryLimit);
  const { lane, crew } = started;
  const simd = fused ? 'relaxed SIMD' : 'SIMD';
  const words = crew.threads === 1 ? '1 thread' : `${crew.threads} threads`;
  return new WasmBackend(started, {
    kind: 'wasm',
    description: `${processorName()}, ${words}, ${simd}`,
    software: false,
    threads: crew.threads,
    features: fused ? ['simd', 'relaxed-simd'] : ['simd'],
    fallbacks,
    linearGflops: await measureLinear([lane]),
  });
}

interface StartedLane {
  readonly lane: WasmLane;
  readonly crew: Crew;
  readonly lost: Promise<ErrorReport>;
  destroy(): void;
}

const never = new Promise<ErrorReport>(() => undefined);

async function startLane(
  { fused, threads }: { readonly fused: boolean; readonly threads: number },
  limitBytes: number | undefined,
): Promise<StartedLane> {
  const shared = threads > 1;
  const module = await compileKernels({ fused, shared });
  const memory = new LaneMemory({ shared, limitBytes });
  const kernels = await instantiate(module, memory.memory);
  const state = memory.allocate('The state of the processor', stateBytes).address;
  if (!shared) {
    const lane = new WasmLane(memory, kernels, alone, state);
    return { lane, crew: alone, lost: never, destroy: () => lane.close(() => undefined) };
  }
  const crew = await SharedCrew.start({ module, memory, kernels, state }, threads);
  const lane = new WasmLane(memory, kernels, crew, state);
  const destroy = (): void => lane.close(() => crew.dismiss());
  return { lane, crew, lost: crew.lost, destroy };
}

export class WasmBackend implements Backend {
  readonly lanes: readonly WasmLane[];
  readonly lost: Promise<ErrorReport>;

  constructor(
    private readonly started: StartedLane,
    readonly report: BackendReport,
  ) {
    this.lanes = [started.lane];
    this.lost = started.lost;
  }

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
    this.started.destroy();
  }
}
