import type { Engine, ModelSource } from '../engine/api';
import type { App, AppState } from './app-state';
import type { AddressBar } from './address-bar';

/** What the store needs from the outside. */
export interface AppDependencies {
  readonly createEngine: () => Promise<Engine>;
  readonly addressBar: AddressBar;
  /** Address of the manifest of the model that comes with the page. */
  readonly builtInManifest: string;
  /** A seed that nobody chose. */
  readonly randomSeed: () => number;
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
  /** Whether a run has used the seed of the settings; an unlocked seed is then drawn anew. */
  seedUsed: boolean;
  /** Whether the address in the bar is that of a run, which a new setting must not overwrite. */
  addressIsOfRun: boolean;
  /** Kinds of run that have been through all kernels since the model was loaded. */
  warm: Set<string>;
  nextOutcomeId: number;
}

export interface AppContext {
  readonly dependencies: AppDependencies;
  readonly session: Session;
  readonly get: () => App;
  readonly set: (patch: Partial<AppState>) => void;
}
