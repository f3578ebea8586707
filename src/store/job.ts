import type {
  Engine,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  MachineReport,
  ModelInfo,
  Picture,
  StepEvent,
} from '../engine/api';
import type { AppContext } from './app-context';
import type { Cause, Run } from './app-state';
import type { Journal } from './journal';
import { nameOfSource } from './opened-files';
import type { Settings } from './settings';

/** A run's own view of the world, fixed when it starts. */
export interface Job {
  readonly context: AppContext;
  readonly engine: Engine;
  readonly model: ModelInfo;
  readonly machine: MachineReport;
  readonly settings: Settings;
  readonly cause: Cause;
  readonly abort: AbortController;
  readonly kind: Run['kind'];
  readonly journal: Journal;
}

/** Whether the page still waits for this run. */
export function isCurrent({ context, abort }: Job): boolean {
  return context.session.abort === abort;
}

export function report(job: Job, patch: Partial<Run>): void {
  const { run } = job.context.get();
  if (run && isCurrent(job)) job.context.set({ run: { ...run, ...patch } });
}

/**
 * Generates, with progress and previews on the page. What a run before this one has finished is
 * taken from there, what it has begun goes on.
 */
export async function generateWith(job: Job, request: GenerateRequest): Promise<GenerateResult> {
  const work = async (journal: GenerateOptions = {}): Promise<GenerateResult> => {
    const result = await job.engine.generate(request, {
      signal: job.abort.signal,
      onStep: (step: StepEvent) => report(job, { step }),
      onPreview: (previews: readonly Picture[]) => report(job, { previews }),
      ...journal,
    });
    job.context.session.warm.add(shapeOf(request));
    return result;
  };
  if (job.cause === 'live') return work();
  return job.journal.generate(request, work, () => keepForReload(job));
}

/** Keeps what there is to go on from, in case the page is reloaded. */
function keepForReload({ context, kind, settings, journal }: Job): void {
  void context.dependencies.unfinished.write({ kind, settings, journal: journal.data() });
}

/** Runs of one shape use the same kernels at the same sizes. */
export function shapeOf(request: GenerateRequest): string {
  const { sampler, images, guidance, dynamicWidth, dynamicTokens } = request;
  return JSON.stringify([sampler, images, guidance === 1, dynamicWidth, dynamicTokens]);
}

/** What every outcome of a job has. */
export function outcomeBase(job: Job, settings: Settings) {
  const { context, model, machine, cause, journal } = job;
  const begunOn = journal.machines.slice(0, -1);
  return {
    id: context.session.nextOutcomeId++,
    madeAt: performance.timeOrigin + performance.now(),
    settings,
    model,
    machine,
    ...(begunOn.length > 0 ? { begunOn } : {}),
    cause,
    checkpoint: nameOfSource(context.get().source),
  };
}
