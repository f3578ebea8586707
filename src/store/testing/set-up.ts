import { DyditError } from '../../errors';
import type { EngineOptions } from '../../engine/api';
import type { ModelLibrary } from '../../engine/models/library';
import { createAppStore } from '../app-store';
import type { Outcome } from '../app-state';
import { fakeLibrary } from './fake-library';
import { noRoom } from '../history-store';
import { noPageKeeper, type PageKeeper } from '../page-keeper';
import type { GalleryPicture } from '../gallery';
import { noShelfNews, type ShelfNews } from '../models/shelf-news';
import { noWaiting, type WaitingStore } from '../models/waiting-store';
import type { Preferences } from '../preferences';
import { noUnfinished, type UnfinishedStore } from '../unfinished-store';
import { fakeAddressBar } from './fake-address-bar';
import { createFakeEngine, type FakeEngine, type FakeEngineOptions } from './fake-engine';

export interface SetUpOptions extends Partial<FakeEngineOptions> {
  /** The address at the start. */
  readonly query?: string;
  /** Live is off where absent, so that nothing is drawn that a test has not asked for. */
  readonly preferences?: Preferences;
  readonly hasWebGpu?: boolean;
  readonly sparing?: boolean;
  readonly pageKeeper?: PageKeeper;
  /** What the browser has kept of the history, and keeps. */
  readonly kept?: Outcome[];
  /** Whether the browser has no room for more of it. */
  readonly isFull?: () => boolean;
  /** Every file is a model where absent. */
  readonly library?: ModelLibrary;
  /** Other tabs; none where absent. */
  readonly shelfNews?: ShelfNews;
  /** Files that waited before a reload. */
  readonly waiting?: WaitingStore;
  /** What the page before a reload was at. */
  readonly unfinished?: UnfinishedStore;
  readonly gallery?: readonly GalleryPicture[];
  /** Whether an engine that is started never answers. */
  readonly hangs?: () => boolean;
  /** Errors to throw, one for each start, before starting succeeds. */
  readonly startErrors?: Error[];
}

/** A store over fake engines, and hands on everything around it. */
export function setUp(options: SetUpOptions = {}) {
  const addressBar = fakeAddressBar(options.query);
  const engines: FakeEngine[] = [];
  const engineOptions: EngineOptions[] = [];
  let stored: Preferences = options.preferences ?? { backend: 'auto', live: false };
  const kept = options.kept ?? [];
  let seed = 100;
  let asksBeforeLeaving = false;
  const store = createAppStore({
    createEngine: (wanted) => {
      engineOptions.push(wanted);
      const error = options.startErrors?.shift();
      if (error) return Promise.reject(error);
      if (options.hangs?.()) return untilAborted(wanted.signal);
      const engine = createFakeEngine({
        wait: () => Promise.resolve(),
        ...options,
        backend: wanted.backend ?? 'auto',
      });
      engines.push(engine);
      return Promise.resolve(engine);
    },
    addressBar,
    preferences: { read: () => stored, write: (next) => void (stored = next) },
    gallery: () => Promise.resolve(options.gallery ?? []),
    history: {
      read: () => Promise.resolve(kept),
      add: (outcome) => {
        if (options.isFull?.()) return Promise.resolve(noRoom);
        kept.unshift(outcome);
        return Promise.resolve(undefined);
      },
      remove: (gone) => {
        for (const { madeAt } of gone) {
          const index = kept.findIndex((one) => one.madeAt === madeAt);
          if (index >= 0) kept.splice(index, 1);
        }
        return Promise.resolve();
      },
    },
    unfinished: options.unfinished ?? noUnfinished,
    surroundings: {
      hasWebGpu: options.hasWebGpu ?? true,
      isSparing: () => Promise.resolve(options.sparing ?? false),
      askToPersist: () => Promise.resolve(),
      askBeforeLeaving: (doAsk) => void (asksBeforeLeaving = doAsk),
    },
    pageKeeper: options.pageKeeper ?? noPageKeeper,
    library: options.library ?? fakeLibrary(),
    shelfNews: options.shelfNews ?? noShelfNews,
    waiting: options.waiting ?? noWaiting,
    builtInManifest: 'https://page.test/models/emoji/manifest.json',
    randomSeed: () => seed++,
  });
  return {
    store,
    addressBar,
    engines,
    engineOptions,
    state: () => store.getState(),
    preferences: () => stored,
    asksBeforeLeaving: () => asksBeforeLeaving,
  };
}

/** As a worker that hangs: nothing but giving it up ends it. */
function untilAborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(new DyditError('cancelled', 'Cancelled.'))),
  );
}

export function seeds(outcomes: readonly Outcome[]): number[] {
  return outcomes.map(({ settings }) => settings.seed);
}

/** A promise that settles when told to, so that a test can look at a run half way. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}
