import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { endRedraw, settleRedraw } from './live';
import { sharedOf } from './recipe';
import { takeFromOutside } from './outside-settings';

type OutcomeActions = Pick<AppActions, 'show' | 'reuse' | 'dismissNotice'>;

export function outcomeActions(context: AppContext): OutcomeActions {
  const { set } = context;
  return {
    show(shownId) {
      // A redraw would take the stage from what was asked for.
      endRedraw(context);
      settleRedraw(context, true);
      set({ shownId });
    },
    reuse(outcome, settings = outcome.settings) {
      settleRedraw(context);
      const shared = sharedOf({ ...outcome, settings });
      takeFromOutside(context, { shared, unreadable: [] });
    },
    dismissNotice: () => set({ notice: null }),
  };
}
