import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { runAsked } from './run-actions';

type BackendActions = Pick<AppActions, 'chooseBackend' | 'goOnOnProcessor'>;

export function backendActions(context: AppContext): BackendActions {
  const { dependencies, session, get, set } = context;
  return {
    async chooseBackend(backend) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), backend });
      set({ backend });
      await get().start();
    },
    async goOnOnProcessor() {
      const { unfinished } = session;
      session.unfinished = null;
      if (unfinished) session.wanted = unfinished.source;
      // For this visit only: a card that was lost today may serve tomorrow.
      set({ backend: 'wasm' });
      await get().start();
      if (unfinished?.run) await runAsked(context, unfinished.run.kind, unfinished.run.settings);
    },
  };
}
