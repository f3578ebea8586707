import { DyditError } from '../errors';
import type { AppContext } from './app-context';
import type { Cause, Outcome, Run } from './app-state';
import { isEndOfEngine, loseEngine } from './engine-life';
import { keepOutcomes } from './history';
import { isCurrent, type Job } from './job';
import type { Journal } from './journal';
import { linkOf } from './recipe';
import type { Settings } from './settings';
import { takeUp } from './take-up';
import { setUnfinished, unfinishedNow } from './unfinished';

/** What is to be run, and why. */
export interface RunPlan {
  readonly kind: Run['kind'];
  readonly cause: Cause;
  readonly settings: Settings;
  readonly work: (job: Job) => Promise<Outcome>;
  /** Of a run that broke off, to go on with. */
  readonly before?: Journal | undefined;
}

/** Frames any kind of run: one at a time, to an outcome or a notice. Never rejects. */
export function perform(context: AppContext, plan: RunPlan): Promise<void> {
  const { session, get } = context;
  const { engine } = session;
  const { model, machine, engine: state, run } = get();
  if (!engine || !model || !machine || run || state.status !== 'ready') return Promise.resolve();
  const { settings, cause, kind } = plan;
  const abort = new AbortController();
  const { journal, words } = takeUp(plan.before, kind, { model, machine });
  session.journal = journal;
  const job: Job = { context, engine, model, machine, settings, cause, abort, kind, journal };
  session.runEnded = follow(job, { ...plan, words });
  return session.runEnded;
}

/** @param words what is to be said as the run begins, if anything */
async function follow(
  job: Job,
  { work, words }: RunPlan & { readonly words: string },
): Promise<void> {
  const { context, kind, settings, cause, model } = job;
  const { session, get, set } = context;
  session.abort = job.abort;
  session.firstPictureDue = false;
  const run: Run = { kind, cause, settings, model, step: null, previews: [], cancelling: false };
  const { notice } = get();
  // What a link still waits for stays said.
  const isRead = notice?.kind === 'error' || (cause === 'asked' && !session.awaited);
  // Who has pressed nothing yet may not have read it.
  const isPast = isRead && cause !== 'first';
  const said = words === '' ? null : ({ kind: 'info', text: words } as const);
  set({ run, notice: said ?? (isPast ? null : notice) });
  if (cause !== 'live') setUnfinished(context, null);
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

/** A seed counts as used once there are pictures of it: a run that failed must not throw it away. */
function addOutcome(context: AppContext, outcome: Outcome): void {
  const { session, get, set } = context;
  const { settings, outcomes } = get();
  if (outcome.cause !== 'live') setUnfinished(context, null);
  if (settings && madeAsSet(outcome, settings)) session.seedUsed = true;
  const kept = outcome.cause === 'live' ? withoutReplaced(context, outcome) : outcomes;
  session.redrawn =
    outcome.cause === 'live' ? { outcomeId: outcome.id, at: performance.now() } : null;
  keepOutcomes(context, [outcome, ...kept]);
  set({ shownId: outcome.id });
}

/** A first picture may be one of several that the settings speak of: those are still to be made. */
function madeAsSet({ settings }: Outcome, present: Settings): boolean {
  return settings.seed === present.seed && settings.images >= present.images;
}

/** Earlier runs beside a live redraw: neither the state it replaces, nor the same one once more. */
function withoutReplaced({ session, get }: AppContext, redrawn: Outcome): readonly Outcome[] {
  return get().outcomes.filter(
    (outcome) => outcome.id !== session.redrawn?.outcomeId && linkOf(outcome) !== linkOf(redrawn),
  );
}

function fail(context: AppContext, thrown: unknown): void {
  const { session, get, set } = context;
  const error = DyditError.from(thrown).toReport();
  if (isEndOfEngine(error)) {
    loseEngine(context, error);
  } else if (error.code === 'cancelled') {
    if (get().run?.cause !== 'live') setUnfinished(context, null);
  } else {
    if (get().run) setUnfinished(context, unfinishedNow(context));
    session.redrawWanted = false;
    set({ notice: { kind: 'error', error } });
  }
}
