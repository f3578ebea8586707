import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ModelSource } from '../engine/api';
import type { AppContext, AppDependencies, Session } from './app-context';
import type { App } from './app-state';
import { brokenOffActions } from './broken-off-actions';
import { engineActions } from './engine-actions';
import { galleryActions } from './gallery-actions';
import { historyActions } from './history';
import { machineActions } from './machine-actions';
import { modelActions } from './models/model-actions';
import { followShelf } from './models/refresh-shelf';
import { keepWaiting } from './models/waiting-files';
import { emptyShelf } from './models/shelf';
import { outcomeActions } from './outcome-actions';
import { runActions } from './run-actions';
import { followAddress, settingsActions } from './settings-actions';
import { versionActions } from './version-actions';

export type AppStore = StoreApi<App>;

/** The page's state and everything that can be done to it. Call `start` to begin. */
export function createAppStore(dependencies: AppDependencies): AppStore {
  const source: ModelSource = { kind: 'manifest', url: dependencies.builtInManifest };
  const session: Session = {
    engine: null,
    hasModel: false,
    wanted: source,
    abort: null,
    opened: {},
    drops: 0,
    pictureTaken: 0,
    shelfLook: {},
    keepAbort: null,
    fetchAbort: null,
    engineBusy: Promise.resolve(),
    runEnded: Promise.resolve(),
    unfinished: null,
    kept: undefined,
    journal: null,
    awaited: null,
    seedUsed: false,
    addressIsOfRun: false,
    beforeDraft: null,
    warm: new Set(),
    nextOutcomeId: 1,
    historyRead: false,
    unkept: new Set(),
    toldFull: false,
    redrawTimer: undefined,
    redrawWanted: false,
    redrawn: null,
    firstPictureDue: true,
  };
  const preferences = dependencies.preferences.read();
  return createStore<App>()((set, get, { subscribe }) => {
    const context: AppContext = { dependencies, session, get, set };
    followAddress(context);
    followShelf(context);
    subscribe(({ opening }, before) => {
      if (opening !== before.opening) keepWaiting(context, opening);
    });
    return {
      engine: { status: 'starting' },
      machine: null,
      backend: preferences.backend,
      card: preferences.card,
      precision: preferences.precision ?? 'exact',
      measuredShapes: null,
      hasWebGpu: dependencies.surroundings.hasWebGpu,
      deviceBytes: dependencies.surroundings.deviceBytes,
      sparing: false,
      live: preferences.live ?? false,
      settingsInPictures: preferences.settingsInPictures ?? true,
      model: null,
      source,
      settings: null,
      seedLocked: false,
      run: null,
      outcomes: [],
      shownId: null,
      notice: null,
      brokenOff: null,
      gallery: [],
      opening: null,
      shelf: emptyShelf,
      newerVersion: 'none',
      ...engineActions(context),
      ...machineActions(context),
      ...brokenOffActions(context),
      ...settingsActions(context),
      ...runActions(context),
      ...outcomeActions(context),
      ...historyActions(context),
      ...galleryActions(context),
      ...modelActions(context),
      ...versionActions(context),
    };
  });
}
