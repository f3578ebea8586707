import type { BenchOptions } from './options';
import type { Peak } from './report';
import type { Runtime } from './runtime/runtime';
import type { AdapterFacts } from './workplace/adapter';
import type { MachineSpec } from './workplace/subject';

/** What every part of a benchmark needs. */
export interface BenchContext {
  readonly runtime: Runtime;
  readonly options: BenchOptions;
  readonly adapter: AdapterFacts | undefined;
  /** Every measurement of a peak so far. */
  readonly peaks: Peak[];
  /** What has no figure, and why. */
  readonly refusals: string[];
  /** Takes what is being done, a line at a time. */
  readonly log: (line: string) => void;
}

/** What computes: the graphics card, and the processor with each number of threads. */
export function machinesOf({ backends, threads }: BenchOptions): readonly MachineSpec[] {
  return backends.flatMap((backend): readonly MachineSpec[] =>
    backend === 'webgpu'
      ? [{ backend, threads: 1 }]
      : threads.map((count) => ({ backend, threads: count })),
  );
}
