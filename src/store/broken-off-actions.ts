import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { runAsked } from './run-actions';
import { setUnfinished } from './unfinished';

type BrokenOffActions = Pick<AppActions, 'goOn' | 'goOnOnProcessor' | 'forgetBrokenOff'>;

/** What can be done about a run that broke off. */
export function brokenOffActions(context: AppContext): BrokenOffActions {
  const { session, get, set } = context;
  return {
    async goOn() {
      const { unfinished } = session;
      if (!unfinished) return;
      if (get().engine.status !== 'ready') {
        session.wanted = unfinished.source;
        await get().start();
      }
      const { run } = unfinished;
      if (run) await runAsked(context, run.kind, run);
    },
    forgetBrokenOff: () => setUnfinished(context, null),
    async goOnOnProcessor() {
      const { unfinished } = session;
      if (unfinished) session.wanted = unfinished.source;
      // For this visit only: a card that was lost today may serve tomorrow.
      set({ backend: 'wasm' });
      await get().start();
      const run = unfinished?.run;
      if (run) await runAsked(context, run.kind, run);
    },
  };
}
