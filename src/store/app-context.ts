import type { Engine, EngineOptions, ModelSource } from '../engine/api';
import type { ModelLibrary } from '../engine/models/library';
import type { App, AppState, Outcome } from './app-state';
import type { AddressBar } from './address-bar';
import type { GalleryPicture } from './gallery';
import type { HistoryStore } from './history-store';
import type { Journal } from './journal';
import type { PageKeeper } from './page-keeper';
import type { PreferenceStore } from './preferences';
import type { ReadSettings } from './shared-settings';
import type { Surroundings } from './surroundings';
import type { ShelfNews } from './models/shelf-news';
import type { WaitingStore } from './models/waiting-store';
import type { Unfinished } from './broken-off';
import type { KeptRun, UnfinishedStore } from './unfinished-store';

/** What the store needs from the outside. */
export interface AppDependencies {
  readonly createEngine: (options: EngineOptions) => Promise<Engine>;
  readonly addressBar: AddressBar;
  readonly preferences: PreferenceStore;
  readonly history: HistoryStore;
  readonly unfinished: UnfinishedStore;
  /** Never rejects. */
  readonly gallery: () => Promise<readonly GalleryPicture[]>;
  readonly library: ModelLibrary;
  readonly shelfNews: ShelfNews;
  readonly waiting: WaitingStore;
  readonly surroundings: Surroundings;
  readonly pageKeeper: PageKeeper;
  /** Address of the manifest of the model that comes with the page. */
  readonly builtInManifest: string;
  /** A seed that nobody chose. */
  readonly randomSeed: () => number;
}

/** A live redraw that the next change may still replace. */
export interface Redrawn {
  readonly outcomeId: Outcome['id'];
  /** By `performance.now`. */
  readonly at: number;
}

/** What the store's actions share besides the state: things that are no news to the page. */
export interface Session {
  engine: Engine | null;
  /** Whether this engine has a model; the page may still show that of an engine before it. */
  hasModel: boolean;
  /** What was last asked to be loaded. */
  wanted: ModelSource;
  /** Ends the run or the loading under way. */
  abort: AbortController | null;
  /** Settles when the engine has done, or given up, what it was last asked for. */
  engineBusy: Promise<unknown>;
  /** Identifies the latest look at opened files: what comes of those before is of no interest. */
  opened: object;
  /** How often files were dropped or chosen, and the latest of these whose settings were taken. */
  drops: number;
  pictureTaken: number;
  /** Identifies the latest look at what the browser keeps: those before have seen what is past. */
  shelfLook: object;
  /** Ends the keeping of a model under way. */
  keepAbort: AbortController | null;
  /** Ends the fetching of a model under way. */
  fetchAbort: AbortController | null;
  /** Settles, never rejects, when the page has taken note of the end of its last run. */
  runEnded: Promise<void>;
  unfinished: Unfinished | null;
  /** What the page before a reload was at. */
  kept: KeptRun | undefined;
  /** Of the last run, which may be under way. */
  journal: Journal | null;
  /** What a link, a picture or the history asks of a model that is not here. */
  awaited: ReadSettings | null;
  /** Whether pictures have been made with the seed of the settings; an unlocked seed is then drawn anew. */
  seedUsed: boolean;
  /** Whether the address in the bar is that of a run, which a new setting must not overwrite. */
  addressIsOfRun: boolean;
  /** What the address was before it took up a number that is being typed; `null` while it holds none. */
  beforeDraft: string | null;
  /** Kinds of run that have been through all kernels since the model was loaded. */
  warm: Set<string>;
  nextOutcomeId: number;
  /** Whether the runs of earlier visits have been brought back. */
  historyRead: boolean;
  /** Outcomes that the browser's store had no room for. */
  unkept: Set<Outcome>;
  /** Whether that was said, and nothing was kept since. */
  toldFull: boolean;
  redrawTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether to redraw once the run under way has ended. */
  redrawWanted: boolean;
  redrawn: Redrawn | null;
  /** Whether the page may still draw its first picture by itself. */
  firstPictureDue: boolean;
}

export interface AppContext {
  readonly dependencies: AppDependencies;
  readonly session: Session;
  readonly get: () => App;
  readonly set: (patch: Partial<AppState>) => void;
}
