import type { ErrorReport } from '../errors';
import type { AppContext } from './app-context';

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
  const { run } = get();
  session.unfinished = { source: session.wanted, ...(run ? { run } : {}) };
  disposeEngine(context);
  set({ engine: { status: 'lost', error }, run: null });
}
