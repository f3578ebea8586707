import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { endRedraw, redrawSoon, settleRedraw } from './live';
import { applyShared } from './settings';
import { putSettings } from './settings-in-use';
import { shareSettings } from './shared-settings';

type OutcomeActions = Pick<AppActions, 'show' | 'reuse' | 'dismissNotice'>;

export function outcomeActions(context: AppContext): OutcomeActions {
  const { session, get, set } = context;
  return {
    show(shownId) {
      // A redraw would take the stage from what was asked for.
      endRedraw(context);
      settleRedraw(context, true);
      set({ shownId });
    },
    reuse(wanted, wantedModel) {
      const { model, settings } = get();
      if (!model || !settings) return;
      settleRedraw(context);
      putSettings(context, applyShared(settings, shareSettings(wanted, wantedModel), model));
      session.seedUsed = false;
      redrawSoon(context);
    },
    dismissNotice: () => set({ notice: null }),
  };
}
