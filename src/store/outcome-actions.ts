import { DyditError } from '../errors';
import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { endRedraw, settleRedraw } from './live';
import { sharedOf } from './recipe';
import { takeFromOutside } from './outside-settings';

type OutcomeActions = Pick<AppActions, 'show' | 'reuse' | 'save' | 'dismissNotice'>;

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
    async save(work) {
      try {
        await work();
        return true;
      } catch (thrown) {
        set({ notice: { kind: 'error', error: notSaved(thrown).toReport() } });
        return false;
      }
    },
    dismissNotice: () => set({ notice: null }),
  };
}

function notSaved(thrown: unknown): DyditError {
  if (thrown instanceof DyditError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DyditError(
    'internal',
    `This could not be saved: ${reason}`,
    'Try again. Archives need a part of the page that is fetched when it is first used.',
    { cause: thrown },
  );
}
