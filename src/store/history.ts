import type { AppContext } from './app-context';
import type { AppActions, Outcome } from './app-state';
import { linkOf } from './recipe';

/** Outcomes kept; each holds its pictures, up to 16 MiB of them for a 512 px model. */
export const outcomesKept = 8;

type HistoryActions = Pick<AppActions, 'clearHistory'>;

export function historyActions(context: AppContext): HistoryActions {
  const { dependencies, get, set } = context;
  return {
    async clearHistory() {
      if (get().run) return;
      const { outcomes } = get();
      set({ outcomes: [], shownId: null });
      // Those that another tab has made are its own to clear: it still shows them.
      await dependencies.history.remove(outcomes);
    },
  };
}

/** Brings back the runs of the last visit, once; that of the address is shown. Never rejects. */
export async function restoreHistory(context: AppContext): Promise<void> {
  const { dependencies, session, get, set } = context;
  if (session.historyRead) return;
  session.historyRead = true;
  const kept = await dependencies.history.read();
  const query = dependencies.addressBar.read();
  // Several pages at once keep more than one of them would.
  void dependencies.history.remove(kept.slice(outcomesKept));
  const restored = kept.map((outcome) => ({ ...outcome, id: session.nextOutcomeId++ }));
  const { outcomes, shownId } = get();
  const linked = restored.find((outcome) => linkOf(outcome) === query);
  set({
    outcomes: [...outcomes, ...restored].slice(0, outcomesKept),
    shownId: shownId ?? linked?.id ?? null,
  });
}

/** Puts a new list of outcomes in place of the present one, here and in the browser's store. */
export function keepOutcomes(context: AppContext, next: readonly Outcome[]): void {
  const { dependencies, session, get, set } = context;
  const { outcomes } = get();
  const kept = next.slice(0, outcomesKept);
  set({ outcomes: kept });
  void dependencies.history.remove(outcomes.filter((outcome) => !kept.includes(outcome)));
  const due = kept.filter((one) => session.unkept.has(one) || !outcomes.includes(one));
  session.unkept = new Set();
  for (const outcome of due) void keepOutcome(context, outcome);
}

/** Writes an outcome to the browser's store; one that finds no room there is tried again with the next. */
async function keepOutcome(context: AppContext, outcome: Outcome): Promise<void> {
  const { dependencies, session, get, set } = context;
  const error = await dependencies.history.add(outcome);
  const { outcomes, notice } = get();
  if (!error) session.toldFull = false;
  else if (outcomes.includes(outcome)) {
    session.unkept.add(outcome);
    // Not at every tick of a slider; and what went wrong otherwise is not talked over.
    const isNews = outcome.cause === 'asked' || !session.toldFull;
    if (isNews && notice?.kind !== 'error') set({ notice: { kind: 'error', error } });
    session.toldFull = true;
  }
}
