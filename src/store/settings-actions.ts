import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { endRedraw, redrawSoon, settleRedraw } from './live';
import { applyShared, fitSettings } from './settings';
import { putSettings } from './settings-in-use';
import { parseQuery } from './shared-settings';

type SettingsActions = Pick<
  AppActions,
  'change' | 'rollSeed' | 'setSeedLocked' | 'surprise' | 'setLive'
>;

export function settingsActions(context: AppContext): SettingsActions {
  const { dependencies, get, set } = context;
  return {
    change(patch) {
      const { settings, model } = get();
      if (!settings || !model) return;
      settleRedraw(context);
      putSettings(context, fitSettings({ ...settings, ...patch }, model));
      redrawSoon(context);
    },
    rollSeed: () => get().change({ seed: dependencies.randomSeed() }),
    setSeedLocked: (seedLocked) => set({ seedLocked }),
    surprise() {
      const { model, change } = get();
      if (model) change({ classId: dependencies.randomSeed() % model.classes.length });
    },
    setLive(live) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), live });
      set({ live });
      if (live) redrawSoon(context);
      else endRedraw(context);
    },
  };
}

/** Back and Forward bring settings back, and the pictures made with them while they are kept. */
export function followAddress(context: AppContext): void {
  const { dependencies, session, get, set } = context;
  dependencies.addressBar.onNavigate(() => {
    const { settings, model, outcomes, shownId } = get();
    if (!settings || !model) return;
    const query = dependencies.addressBar.read();
    session.addressIsOfRun = true;
    session.seedUsed = false;
    session.redrawn = null;
    const outcome = outcomes.find((candidate) => candidate.query === query);
    set({
      settings: applyShared(settings, parseQuery(query), model),
      shownId: outcome?.id ?? shownId,
    });
    redrawSoon(context);
  });
}
