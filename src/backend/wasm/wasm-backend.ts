import { DyditError, type ErrorReport } from '../../errors';
import type { Backend, BackendReport, Lane } from '../backend';
import { compileKernels } from './kernel-files';
import type { LaneSettings } from './lane-settings';
import { measureLinear } from './measure';
import { processorName, processorThreads } from './processor';
import { hasRelaxedSimd } from './relaxed-simd';
import { canShareMemory } from './shared-crew';
import { startLane, type StartedLane } from './start-lane';
import { startRemoteLane, type StartedRemoteLane } from './start-remote-lane';

/** How the processor is to be used. */
export interface WasmOptions extends LaneSettings {
  /** Threads; as many as the processor has where absent. */
  readonly threads?: number;
  /** False: without relaxed SIMD even where there is. */
  readonly relaxed?: boolean;
  /** False: a memory for each thread even where they could share one. */
  readonly shared?: boolean;
}

/**
 * The processor as a backend: WebAssembly with SIMD. Where threads can share a memory, one lane with
 * all of them; else a lane for each, with a memory of its own. With fewer threads than asked for
 * where the system starts no more.
 * @throws DyditError `out-of-memory`, `network-failed`, `internal`
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  const fused = (options.relaxed ?? true) && hasRelaxedSimd();
  const shared = (options.shared ?? true) && canShareMemory();
  const threads = Math.max(1, options.threads ?? processorThreads());
  const { memoryLimit, widenedBytes } = options;
  const plan = { fused, threads, settings: { memoryLimit, widenedBytes } };
  const fallbacks = fused ? [] : ['No relaxed SIMD: a multiply-add takes two instructions.'];
  if (threads > 1 && !shared) {
    fallbacks.push('No shared memory: each thread keeps the weights in a memory of its own.');
  }
  const team = shared ? await startTeam(plan, fallbacks) : await startLanes(plan, fallbacks);
  let linearGflops: number;
  try {
    linearGflops = await measureLinear(lanesOf(team));
  } catch (thrown) {
    dismiss(team);
    throw DyditError.from(thrown);
  }
  return new WasmBackend(team, {
    kind: 'wasm',
    description: `${processorName()}, ${counted(team.threads)}, ${fused ? 'relaxed SIMD' : 'SIMD'}`,
    software: false,
    threads: team.threads,
    features: [
      'simd',
      ...(fused ? ['relaxed-simd'] : []),
      ...(shared && team.threads > 1 ? ['shared-memory'] : []),
    ],
    precision: 'exact',
    precisions: ['exact'],
    fallbacks,
    linearGflops,
    memory: {
      ...{ totalBytes: team.local.lane.limitBytes, int8Bytes: 4 },
      lanes: lanesOf(team).length,
    },
  });
}

interface Plan {
  readonly fused: boolean;
  readonly threads: number;
  readonly settings: LaneSettings;
}

/** Everything that computes. */
interface Team {
  readonly local: StartedLane;
  readonly remote: readonly StartedRemoteLane[];
  readonly threads: number;
}

/** One lane with all threads. */
async function startTeam({ fused, threads, settings }: Plan, notes: string[]): Promise<Team> {
  if (threads > 1) {
    try {
      const module = await compileKernels({ fused, shared: true });
      const local = await startLane({ module, threads, settings });
      return { local, remote: [], threads };
    } catch (error) {
      notes.push(`One thread only: ${DyditError.from(error).message}`);
    }
  }
  const module = await compileKernels({ fused, shared: false });
  return { local: await startLane({ module, settings }), remote: [], threads: 1 };
}

/** A lane for each thread, the first of them on this one. */
async function startLanes({ fused, threads, settings }: Plan, notes: string[]): Promise<Team> {
  const module = await compileKernels({ fused, shared: false });
  const local = await startLane({ module, settings });
  const others = await Promise.allSettled(
    Array.from({ length: threads - 1 }, () => startRemoteLane(module, settings)),
  );
  const remote: StartedRemoteLane[] = [];
  for (const other of others) {
    if (other.status === 'fulfilled') remote.push(other.value);
    else notes.push(`A thread less: ${DyditError.from(other.reason).message}`);
  }
  return { local, remote, threads: 1 + remote.length };
}

function lanesOf({ local, remote }: Team): readonly Lane[] {
  return [local.lane, ...remote.map(({ lane }) => lane)];
}

function dismiss({ local, remote }: Team): void {
  local.destroy();
  for (const lane of remote) lane.destroy();
}

function counted(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

export class WasmBackend implements Backend {
  readonly lanes: readonly Lane[];
  readonly lost: Promise<ErrorReport>;

  constructor(
    private readonly team: Team,
    readonly report: BackendReport,
  ) {
    this.lanes = lanesOf(team);
    this.lost = Promise.race([team.local.lost, ...team.remote.map(({ lost }) => lost)]);
  }

  /** Blocks of this thread's memory, and objects of the others, that are not freed. */
  get liveCount(): number {
    const { local, remote } = this.team;
    return remote.reduce((sum, { lane }) => sum + lane.liveCount, local.lane.liveCount);
  }

  async guard<T>(_what: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      // What another thread could not do without being asked twice is told here.
      await Promise.all(this.team.remote.map(({ lane }) => lane.settle()));
      return result;
    } catch (error) {
      // What else failed on the way is no fault of the work that comes next.
      await Promise.allSettled(this.team.remote.map(({ lane }) => lane.settle()));
      throw DyditError.from(error);
    }
  }

  destroy(): void {
    dismiss(this.team);
  }
}
