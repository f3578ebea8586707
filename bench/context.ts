import type { Browser } from '../tools/browser-page';
import type { BenchOptions } from './options';
import type { AdapterFacts } from './page/adapter';
import type { MachineSpec } from './page/subject';
import type { Peak } from './report';

/** What every part of a benchmark needs. */
export interface BenchContext {
  readonly browser: Browser;
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
