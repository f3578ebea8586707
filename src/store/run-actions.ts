import { DyditError } from '../errors';
import type { Engine, GenerateRequest, GenerateResult, ModelInfo } from '../engine/api';
import type { AppContext } from './app-context';
import type { AppActions, Leg, Outcome, Run } from './app-state';
import { loseEngine } from './engine-actions';
import { nameOfSource } from './opened-files';
import { comparePictures } from './picture-difference';
import { requestFor, staticSettings, type Settings } from './settings';
import { queryOf } from './settings-actions';

type RunActions = Pick<AppActions, 'generate' | 'compare' | 'cancel' | 'generateFewer'>;

/** Outcomes kept; each holds its pictures, up to 16 MiB of them for a 512 px model. */
const outcomesKept = 8;

/** Steps of a warm-up: one meets every kernel. */
const warmUpSteps = 1;

export function runActions(context: AppContext): RunActions {
  const { session, get, set } = context;
  return {
    generate: () => perform(context, 'generate', generatePictures),
    compare: () => perform(context, 'compare', compareRuns),
    cancel() {
      const { run } = get();
      if (!run) return;
      set({ run: { ...run, cancelling: true } });
      session.abort?.abort();
    },
    async generateFewer() {
      const { settings, change, generate } = get();
      if (!settings) return;
      change({ images: Math.max(1, Math.floor(settings.images / 2)) });
      await generate();
    },
  };
}

/** A run's own view of the world, fixed when it starts. */
interface Job {
  readonly context: AppContext;
  readonly engine: Engine;
  readonly model: ModelInfo;
  readonly settings: Settings;
  readonly abort: AbortController;
}

function isCurrent({ context, abort }: Job): boolean {
  return context.session.abort === abort;
}

function report(job: Job, patch: Partial<Run>): void {
  const { run } = job.context.get();
  if (run && isCurrent(job)) job.context.set({ run: { ...run, ...patch } });
}

/** Frames any kind of run: one at a time, with its seed and address, to an outcome or a notice. */
async function perform(
  context: AppContext,
  kind: Run['kind'],
  work: (job: Job) => Promise<Outcome>,
): Promise<void> {
  const { session, get, set } = context;
  const { engine } = session;
  const { model, engine: state, run } = get();
  if (!engine || !model || run || state.status !== 'ready') return;
  const settings = settleSeed(context, kind);
  if (!settings) return;
  const job: Job = { context, engine, model, settings, abort: new AbortController() };
  session.abort = job.abort;
  session.addressIsOfRun = true;
  set({
    run: { kind, settings, model, step: null, previews: [], cancelling: false },
    notice: null,
  });
  try {
    const working = work(job);
    session.engineBusy = working;
    const outcome = await working;
    if (isCurrent(job)) addOutcome(context, outcome);
  } catch (thrown) {
    if (isCurrent(job)) fail(context, thrown);
  } finally {
    if (isCurrent(job)) {
      session.abort = null;
      set({ run: null });
    }
  }
}

/**
 * An unlocked seed makes pictures once; then a new one takes its place. A comparison keeps the seed:
 * it is about pictures that are there already, and may be repeated.
 */
function settleSeed({ session, get }: AppContext, kind: Run['kind']): Settings | null {
  if (kind === 'generate' && session.seedUsed && !get().seedLocked) get().rollSeed();
  session.seedUsed = true;
  return get().settings;
}

function addOutcome({ get, set }: AppContext, outcome: Outcome): void {
  const outcomes = [outcome, ...get().outcomes].slice(0, outcomesKept);
  set({ outcomes, shownId: outcome.id });
}

function fail(context: AppContext, thrown: unknown): void {
  const error = DyditError.from(thrown).toReport();
  if (error.code === 'device-lost') loseEngine(context, error);
  else if (error.code !== 'cancelled') context.set({ notice: { kind: 'error', error } });
  // Nothing was made with this seed yet.
  context.session.seedUsed = false;
}

async function generatePictures(job: Job): Promise<Outcome> {
  const request = requestFor(job.settings, job.model, 'auto');
  const result = await generateWith(job, request);
  return { ...outcomeBase(job, job.settings), kind: 'pictures', result };
}

/**
 * The same seeds with both toggles off, then on (or as they are, where one is). Both legs have run
 * before the clock starts, so neither pays for compiling shaders; previews are off, so that the
 * times are those of the work alone.
 */
async function compareRuns(job: Job): Promise<Outcome> {
  const dynamic = dynamicSettings(job.settings);
  const requests = [
    requestFor(staticSettings(dynamic), job.model, 'off'),
    requestFor(dynamic, job.model, 'off'),
  ] as const;
  report(job, { leg: 'warm-up' });
  for (const request of requests) await warmUp(job, request);
  const staticResult = await runLeg(job, 'static', requests[0]);
  const dynamicResult = await runLeg(job, 'dynamic', requests[1]);
  return {
    ...outcomeBase(job, dynamic),
    kind: 'comparison',
    static: staticResult,
    dynamic: dynamicResult,
    differences: staticResult.pictures.flatMap((picture, i) => {
      const other = dynamicResult.pictures.at(i);
      return other ? [comparePictures(picture, other)] : [];
    }),
  };
}

function dynamicSettings(settings: Settings): Settings {
  if (settings.dynamicWidth || settings.dynamicTokens) return settings;
  return { ...settings, dynamicWidth: true, dynamicTokens: true };
}

async function runLeg(job: Job, leg: Leg, request: GenerateRequest): Promise<GenerateResult> {
  report(job, { leg, step: null });
  return generateWith(job, request);
}

async function warmUp(job: Job, request: GenerateRequest): Promise<void> {
  if (job.context.session.warm.has(shapeOf(request))) return;
  await generateWith(job, { ...request, steps: warmUpSteps });
}

/** Runs of one shape use the same kernels at the same sizes. */
function shapeOf({ sampler, images, guidance, dynamicWidth, dynamicTokens }: GenerateRequest) {
  return JSON.stringify([sampler, images, guidance === 1, dynamicWidth, dynamicTokens]);
}

async function generateWith(job: Job, request: GenerateRequest): Promise<GenerateResult> {
  const result = await job.engine.generate(request, {
    signal: job.abort.signal,
    onStep: (step) => report(job, { step }),
    onPreview: (previews) => report(job, { previews }),
  });
  job.context.session.warm.add(shapeOf(request));
  return result;
}

function outcomeBase({ context, model }: Job, settings: Settings) {
  return {
    id: context.session.nextOutcomeId++,
    settings,
    model,
    checkpoint: nameOfSource(context.get().source),
    query: queryOf(context, settings),
  };
}
