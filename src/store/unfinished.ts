import type { ModelInfo, ModelSource } from '../engine/api';
import type { AppContext } from './app-context';
import type { Unfinished } from './broken-off';
import { Journal } from './journal';
import type { KeptRun } from './unfinished-store';

/** @param unfinished what there is to go on with from now on; nothing where it is `null` */
export function setUnfinished(
  { session, set, dependencies }: AppContext,
  unfinished: Unfinished | null,
): void {
  session.unfinished = unfinished;
  const run = unfinished?.run;
  set({
    brokenOff: run ? { kind: run.kind, step: run.journal.step, steps: run.settings.steps } : null,
  });
  if (!run) void dependencies.unfinished.clear();
}

/** Offers to go on with what the page before a reload was at, where its model and its settings are here. */
export function restoreUnfinished(
  context: AppContext,
  kept: KeptRun | undefined,
  { model, source }: { readonly model: ModelInfo; readonly source: ModelSource },
): void {
  const { settings } = context.get();
  if (!kept || !settings || kept.journal.identity !== model.identity) return;
  const { seed, steps, images } = kept.settings;
  if (seed !== settings.seed || steps !== settings.steps || images !== settings.images) return;
  const journal = new Journal(kept.journal);
  if (journal.isEmpty) return;
  setUnfinished(context, { source, run: { ...kept, journal } });
}

/** The run under way, or what an action was at when it failed. */
export function unfinishedNow({ session, get }: AppContext): Unfinished {
  const { run } = get();
  const { journal, wanted: source } = session;
  if (!run || !journal || run.cause === 'live') return { source };
  return { source, run: { kind: run.kind, settings: run.settings, journal } };
}
