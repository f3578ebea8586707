import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { nameOfSource } from './opened-files';
import { applyShared, fitSettings, type Settings } from './settings';
import { formatQuery, parseQuery, shareSettings } from './shared-settings';

type SettingsActions = Pick<AppActions, 'change' | 'rollSeed' | 'setSeedLocked' | 'surprise'>;

export function settingsActions(context: AppContext): SettingsActions {
  const { dependencies, get, set } = context;
  return {
    change(patch) {
      const { settings, model } = get();
      if (settings && model) putSettings(context, fitSettings({ ...settings, ...patch }, model));
    },
    rollSeed: () => get().change({ seed: dependencies.randomSeed() }),
    setSeedLocked: (seedLocked) => set({ seedLocked }),
    surprise() {
      const { model, change } = get();
      if (model) change({ classId: dependencies.randomSeed() % model.classes.length });
    },
  };
}

/** The query that reproduces `settings` with the model in use. */
export function queryOf({ get }: AppContext, settings: Settings): string {
  const { model, source } = get();
  return model ? formatQuery(shareSettings(settings, model, nameOfSource(source))) : '';
}

/** Sets the settings and shows them in the address bar, so that Back returns to those of a run. */
export function putSettings(context: AppContext, settings: Settings): void {
  const { dependencies, session, get, set } = context;
  if (settings.seed !== get().settings?.seed) session.seedUsed = false;
  set({ settings });
  const query = queryOf(context, settings);
  if (session.addressIsOfRun && query !== dependencies.addressBar.read()) {
    session.addressIsOfRun = false;
    dependencies.addressBar.push(query);
  } else {
    dependencies.addressBar.replace(query);
  }
}

/** Back and Forward bring settings back, and the pictures made with them while they are kept. */
export function followAddress({ dependencies, session, get, set }: AppContext): void {
  dependencies.addressBar.onNavigate(() => {
    const { settings, model, outcomes, shownId } = get();
    if (!settings || !model) return;
    const query = dependencies.addressBar.read();
    session.addressIsOfRun = true;
    session.seedUsed = false;
    const outcome = outcomes.find((candidate) => candidate.query === query);
    set({
      settings: applyShared(settings, parseQuery(query), model),
      shownId: outcome?.id ?? shownId,
    });
  });
}
