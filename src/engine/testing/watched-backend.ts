import type { Backend, CompileOptions, Executable, Lane, Storage } from '../../backend/backend';
import { createReferenceBackend, type ReferenceBackend } from '../../backend/reference/backend';
import type { Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';

/** What a watched lane was asked to do. */
export interface LaneWatch {
  /** Called as a program begins to run. */
  readonly onRun?: (label: string) => void;
  /** Awaited before a read of words gives its answer. */
  readonly holdWords?: () => Promise<void>;
  /** Called when guarded work is done; may throw, as a device does that has run out of memory. */
  readonly onGuarded?: (what: string) => void;
}

/** The reference backend, with its only lane watched. */
export function watchedBackend(watch: LaneWatch = {}): {
  readonly backend: Backend;
  /** Storages, weight sets and executables that were made and not destroyed. */
  readonly liveCount: () => number;
} {
  const reference: ReferenceBackend = createReferenceBackend();
  const [lane] = reference.lanes;
  const backend: Backend = {
    report: { ...reference.report, linearGflops: 1 },
    lanes: [watchedLane(lane, watch)],
    lost: reference.lost,
    async guard(what, work) {
      const result = await reference.guard(what, work);
      watch.onGuarded?.(what);
      return result;
    },
    destroy: () => reference.destroy(),
  };
  return { backend, liveCount: () => reference.liveCount };
}

function watchedLane(lane: Lane, { onRun, holdWords }: LaneWatch): Lane {
  return {
    createWeights: (label) => lane.createWeights(label),
    allocate: (label, spec) => lane.allocate(label, spec),
    write: (storage, data, start) => lane.write(storage, data, start),
    copy: (from, range, to, start) => lane.copy(from, range, to, start),
    readFloats: (storage, range) => lane.readFloats(storage, range),
    async readWords(storage: Storage, range) {
      const words = await lane.readWords(storage, range);
      await holdWords?.();
      return words;
    },
    async compile(program: Program, options: CompileOptions): Promise<Executable> {
      const executable = await lane.compile(program, options);
      return {
        run: (values?: RunValues, signal?: AbortSignal) => {
          onRun?.(program.label);
          return executable.run(values, signal);
        },
        deviceMs: () => executable.deviceMs(),
        destroy: () => executable.destroy(),
      };
    },
  };
}
