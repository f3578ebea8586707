import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { fitSettings, seedOfImage } from './settings';
import { putSettings } from './settings-actions';

type OutcomeActions = Pick<AppActions, 'show' | 'reuse' | 'dismissNotice'>;

export function outcomeActions(context: AppContext): OutcomeActions {
  const { session, get, set } = context;
  return {
    show: (shownId) => set({ shownId }),
    reuse({ settings }, image) {
      const { model } = get();
      if (!model) return;
      const wanted =
        image === undefined
          ? settings
          : { ...settings, seed: seedOfImage(settings, image), images: 1 };
      putSettings(context, fitSettings(wanted, model));
      session.seedUsed = false;
    },
    dismissNotice: () => set({ notice: null }),
  };
}
