import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { applyShared } from './settings';
import { putSettings } from './settings-actions';
import { shareSettings } from './shared-settings';

type OutcomeActions = Pick<AppActions, 'show' | 'reuse' | 'dismissNotice'>;

export function outcomeActions(context: AppContext): OutcomeActions {
  const { session, get, set } = context;
  return {
    show: (shownId) => set({ shownId }),
    reuse(wanted, wantedModel) {
      const { model, settings } = get();
      if (!model || !settings) return;
      putSettings(context, applyShared(settings, shareSettings(wanted, wantedModel), model));
      session.seedUsed = false;
    },
    dismissNotice: () => set({ notice: null }),
  };
}
