import type { ErrorReport } from '../errors';
import type { AppContext } from './app-context';
import { setUnfinished, unfinishedNow } from './unfinished';

/** Lets go of the engine; what it still reports is then of no interest. */
export function disposeEngine({ session }: AppContext): void {
  const { engine } = session;
  clearTimeout(session.redrawTimer);
  session.redrawTimer = undefined;
  session.redrawWanted = false;
  session.engine = null;
  session.hasModel = false;
  session.abort?.abort();
  session.abort = null;
  session.engineBusy = Promise.resolve();
  session.warm.clear();
  engine?.dispose();
}

/** The device is gone: the run is over, settings and outcomes stay. */
export function loseEngine(context: AppContext, error: ErrorReport): void {
  const { session, get, set } = context;
  const { run, engine, start } = get();
  const isCancelled =
    run?.cancelling === true || (engine.status === 'loading' && engine.cancelling === true);
  setUnfinished(context, isCancelled ? null : unfinishedNow(context));
  if (isCancelled) session.wanted = get().source;
  disposeEngine(context);
  set({ engine: { status: 'lost', error }, run: null });
  // Who has pressed Cancel wants no card, but an engine that answers.
  if (isCancelled) void start();
}

const ends: readonly ErrorReport['code'][] = ['device-lost', 'not-answering', 'worker-failed'];

/** Whether an engine that fails like this is of no use any more. */
export function isEndOfEngine({ code }: ErrorReport): boolean {
  return ends.includes(code);
}
