import type { ErrorReport } from '../errors';
import type {
  MachineReport,
  GenerateResult,
  LoadProgress,
  ModelInfo,
  ModelSource,
  Picture,
  StepEvent,
} from '../engine/api';
import type { PictureDifference } from './picture-difference';
import type { Settings } from './settings';

/** Where the engine stands. Settings and outcomes live outside it and survive every change. */
export type EngineState =
  | { readonly status: 'starting' }
  | { readonly status: 'loading'; readonly progress: LoadProgress | null }
  | { readonly status: 'ready' }
  | {
      readonly status: 'failed';
      readonly while: 'starting' | 'loading';
      readonly error: ErrorReport;
    }
  | { readonly status: 'lost'; readonly error: ErrorReport };

/** What a run is doing; a comparison goes through all three in order. */
export type Leg = 'warm-up' | 'static' | 'dynamic';

/** A run under way. */
export interface Run {
  readonly kind: 'generate' | 'compare';
  readonly settings: Settings;
  readonly model: ModelInfo;
  /** Absent for a plain run. */
  readonly leg?: Leg;
  readonly step: StepEvent | null;
  readonly previews: readonly Picture[];
  readonly cancelling: boolean;
}

interface OutcomeBase {
  readonly id: number;
  readonly settings: Settings;
  readonly model: ModelInfo;
  /** The checkpoint it came from; absent for the model that comes with the page. */
  readonly checkpoint: string | undefined;
  /** The query that reproduces it. */
  readonly query: string;
}

/** The result of a plain run. */
export interface PicturesOutcome extends OutcomeBase {
  readonly kind: 'pictures';
  readonly result: GenerateResult;
}

/** The result of a comparison: the same seeds, static and dynamic. */
export interface ComparisonOutcome extends OutcomeBase {
  readonly kind: 'comparison';
  readonly static: GenerateResult;
  readonly dynamic: GenerateResult;
  /** One for each pair of pictures. */
  readonly differences: readonly PictureDifference[];
}

export type Outcome = PicturesOutcome | ComparisonOutcome;

/** Something to tell the visitor until they dismiss it or run again. */
export type Notice =
  | { readonly kind: 'error'; readonly error: ErrorReport }
  | { readonly kind: 'info'; readonly text: string };

export interface AppState {
  readonly engine: EngineState;
  readonly machine: MachineReport | null;
  /** The model loaded last. */
  readonly model: ModelInfo | null;
  /** Where the model came from. */
  readonly source: ModelSource;
  /** `null` until the first model is loaded. */
  readonly settings: Settings | null;
  readonly seedLocked: boolean;
  readonly run: Run | null;
  /** Newest first. */
  readonly outcomes: readonly Outcome[];
  /** The outcome on the stage; `null` before the first. */
  readonly shownId: number | null;
  readonly notice: Notice | null;
}

export interface AppActions {
  /** Starts the engine and loads the model; also 'start again' after a lost device. */
  readonly start: () => Promise<void>;
  /** Loads the model again, such as after the network failed. */
  readonly retryLoad: () => Promise<void>;
  readonly loadBuiltIn: () => Promise<void>;
  /** Takes files that were dropped or chosen: a checkpoint, its VAE, or a saved picture. */
  readonly openFiles: (files: readonly File[]) => Promise<void>;
  readonly change: (patch: Partial<Settings>) => void;
  readonly rollSeed: () => void;
  readonly setSeedLocked: (locked: boolean) => void;
  readonly surprise: () => void;
  readonly generate: () => Promise<void>;
  readonly compare: () => Promise<void>;
  readonly cancel: () => void;
  readonly show: (id: number) => void;
  /** Takes settings of an outcome, which may be of another model, for the next run. */
  readonly reuse: (settings: Settings, model: ModelInfo) => void;
  /** Half as many images, then generate: the way out of too little memory. */
  readonly generateFewer: () => Promise<void>;
  readonly dismissNotice: () => void;
}

export type App = AppState & AppActions;
