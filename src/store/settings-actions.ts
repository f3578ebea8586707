import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { endRedraw, redrawSoon, settleRedraw } from './live';
import { takeShared } from './awaited-model';
import { changesOfFitting, nameOfNumber, numberFor } from './changes';
import { settingsNotice } from './notice';
import { nameOfSource } from './opened-files';
import { linkInUse, linkOf } from './recipe';
import { fitSettings } from './settings';
import { putSettings, showInAddress } from './settings-in-use';
import { readQuery } from './shared-settings';
import { withClass } from './subject';

type SettingsActions = Pick<
  AppActions,
  | 'change'
  | 'type'
  | 'draft'
  | 'rollSeed'
  | 'setSeedLocked'
  | 'surprise'
  | 'setLive'
  | 'setSettingsInPictures'
>;

export function settingsActions(context: AppContext): SettingsActions {
  const { dependencies, session, get, set } = context;
  return {
    change(patch) {
      const { settings, model, notice } = get();
      if (!settings || !model) return;
      settleRedraw(context);
      const asked = { ...settings, ...patch };
      const fitted = fitSettings(asked, model);
      const said = settingsNotice('', changesOfFitting(asked, fitted, model));
      putSettings(context, fitted);
      const isPast = notice?.kind === 'info' && !session.awaited;
      set({ notice: said ?? (isPast ? null : notice) });
      redrawSoon(context);
    },
    type(setting, text) {
      const { settings } = get();
      const value = numberFor(setting, text);
      if (!settings) return;
      if (value !== undefined) get().change({ [setting]: value });
      else {
        const used = String(settings[setting]);
        const change = { name: nameOfNumber(setting), asked: text, used };
        set({ notice: settingsNotice('', [change]) });
      }
    },
    draft(setting, text) {
      const app = get();
      const { settings, model } = app;
      if (!settings || !model) return;
      const { beforeDraft } = session;
      const value = numberFor(setting, text) ?? NaN;
      const asked = { ...settings, [setting]: value };
      // '17' where 16 are the most would be another number after a reload, without a word.
      const isOne = value !== settings[setting] && fitSettings(asked, model)[setting] === value;
      if (isOne) {
        settleRedraw(context);
        const before = beforeDraft ?? dependencies.addressBar.read();
        showInAddress(context, linkInUse({ ...app, settings: asked }));
        session.beforeDraft = before;
      } else if (beforeDraft !== null) showInAddress(context, beforeDraft);
    },
    rollSeed: () => get().change({ seed: dependencies.randomSeed() }),
    setSeedLocked: (seedLocked) => set({ seedLocked }),
    surprise() {
      const { model, settings, change } = get();
      if (!model || !settings) return;
      change(withClass(settings, dependencies.randomSeed() % model.classes.length));
    },
    setSettingsInPictures(settingsInPictures) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), settingsInPictures });
      set({ settingsInPictures });
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

/**
 * Back and Forward bring settings back, and the pictures made with them while they are kept. The
 * pictures of another model are shown where they are kept; none of this model takes their place.
 */
export function followAddress(context: AppContext): void {
  const { dependencies, session, get, set } = context;
  dependencies.addressBar.onNavigate(() => {
    const { settings, model, source, outcomes } = get();
    if (!settings || !model) return;
    const query = dependencies.addressBar.read();
    endRedraw(context);
    session.addressIsOfRun = true;
    session.beforeDraft = null;
    session.seedUsed = false;
    session.redrawn = null;
    const maker = { model, checkpoint: nameOfSource(source) };
    const taken = takeShared(context, settings, { read: readQuery(query), maker });
    const shown = outcomes.find((candidate) => linkOf(candidate) === query);
    set({ settings: taken.settings, shownId: shown?.id ?? null, notice: taken.notice });
    if (!taken.isAwaiting) redrawSoon(context);
  });
}
