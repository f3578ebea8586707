import type { ErrorReport } from '../../errors';
import { instantiate } from './kernels';
import { LaneMemory } from './lane-memory';
import type { LaneSettings } from './lane-settings';
import { alone } from './run-loop';
import { SharedCrew } from './shared-crew';
import { stateBytes, WasmLane } from './wasm-lane';

/** A lane that this thread has. */
export interface StartedLane {
  readonly lane: WasmLane;
  readonly threads: number;
  readonly lost: Promise<ErrorReport>;
  destroy(): void;
}

interface LaneOptions {
  /** Compiled for a shared memory where there are several threads. */
  readonly module: WebAssembly.Module;
  readonly threads?: number;
  readonly settings: LaneSettings;
}

/**
 * A lane on a memory of its own.
 * @throws DyditError `out-of-memory`; `device-lost` where a thread can't be started
 */
export async function startLane(options: LaneOptions): Promise<StartedLane> {
  const { module, threads = 1, settings } = options;
  const shared = threads > 1;
  const memory = new LaneMemory({ shared, limitBytes: settings.memoryLimit });
  const kernels = await instantiate(module, memory.memory);
  const state = memory.allocate('The state of the processor', stateBytes).address;
  if (!shared) {
    const lane = new WasmLane({ memory, kernels, crew: alone, state }, settings);
    const lost = new Promise<ErrorReport>(() => undefined);
    return { lane, threads, lost, destroy: () => lane.close(() => undefined) };
  }
  const crew = await SharedCrew.start({ module, memory, kernels, state }, threads);
  const lane = new WasmLane({ memory, kernels, crew, state }, settings);
  const destroy = (): void => lane.close(() => crew.dismiss());
  return { lane, threads, lost: crew.lost, destroy };
}
