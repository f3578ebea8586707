import type { ErrorReport } from '../errors';
import type {
  BackendChoice,
  CardChoice,
  MachineReport,
  GenerateResult,
  LoadProgress,
  ModelInfo,
  ModelSource,
  Picture,
  Precision,
  StepEvent,
} from '../engine/api';
import type { NumberSetting } from './changes';
import type { GalleryPicture } from './gallery';
import type { ModelActions } from './models/actions';
import type { Opening } from './models/opening';
import type { Shelf } from './models/shelf';
import type { Notice } from './notice';
import type { PictureDifference } from './picture-difference';
import type { Recipe } from './recipe';
import type { Settings } from './settings';
import type { BrokenOff, RunKind } from './broken-off';

/** Where the engine stands. Settings and outcomes live outside it and survive every change. */
export type EngineState =
  | { readonly status: 'starting'; readonly cancelling?: boolean }
  | {
      readonly status: 'loading';
      readonly progress: LoadProgress | null;
      readonly cancelling?: boolean;
    }
  | { readonly status: 'ready' }
  /** Which kernels are fastest; 0..1 of it done. */
  | { readonly status: 'measuring'; readonly fraction: number }
  | { readonly status: 'failed'; readonly while: 'starting'; readonly error: ErrorReport }
  | {
      readonly status: 'failed';
      readonly while: 'loading';
      /** What could not be loaded. */
      readonly source: ModelSource;
      readonly error: ErrorReport;
    }
  | { readonly status: 'lost'; readonly error: ErrorReport };

/** Which picture of a strip is being made. */
export interface Place {
  readonly index: number;
  readonly of: number;
}

/** What a run is doing; a comparison goes through them in order, to the last where it is a short one. */
export type Leg = 'warm-up' | 'static' | 'dynamic' | 'again';

/** Who wanted a run: the visitor, the page as its first picture, or a changed setting. */
export type Cause = 'asked' | 'first' | 'live';

/** A run under way. */
export interface Run {
  readonly kind: RunKind;
  readonly cause: Cause;
  readonly settings: Settings;
  readonly model: ModelInfo;
  /** Absent for a plain run. */
  readonly leg?: Leg;
  /** Only in a strip. */
  readonly place?: Place;
  readonly step: StepEvent | null;
  readonly previews: readonly Picture[];
  readonly cancelling: boolean;
}

interface OutcomeBase extends Recipe {
  readonly id: number;
  /** Milliseconds since 1970, with parts: no two outcomes have the same. */
  readonly madeAt: number;
  /** What it was made on. */
  readonly machine: MachineReport;
  /** What else has made a part of it, where it broke off and went on elsewhere. */
  readonly begunOn?: readonly MachineReport[];
  readonly cause: Cause;
}

/** The result of a plain run. */
export interface PicturesOutcome extends OutcomeBase {
  readonly kind: 'pictures';
  readonly result: GenerateResult;
}

/** The result of a comparison: the same seeds, static and dynamic. */
export interface ComparisonOutcome extends OutcomeBase {
  readonly kind: 'comparison';
  /** How often each was run: its statistics are those of the run of the median time. Once where absent. */
  readonly rounds?: number;
  readonly static: GenerateResult;
  readonly dynamic: GenerateResult;
  /** One for each pair of pictures. */
  readonly differences: readonly PictureDifference[];
}

/** The way from one thing, or style, to another: a picture a share, of one seed. */
export interface StripOutcome extends OutcomeBase {
  readonly kind: 'strip';
  /** One picture each, in order. */
  readonly results: readonly GenerateResult[];
}

export type Outcome = PicturesOutcome | ComparisonOutcome | StripOutcome;

export interface AppState {
  readonly engine: EngineState;
  readonly machine: MachineReport | null;
  /** What is to compute. */
  readonly backend: BackendChoice;
  /** Which graphics card; absent while nobody has said. */
  readonly card: CardChoice | undefined;
  /** What it is to compute with, where the machine knows both. */
  readonly precision: Precision;
  /** Shapes of products that were measured on request; `null` before. */
  readonly measuredShapes: number | null;
  /** Whether the browser has WebGPU at all. */
  readonly hasWebGpu: boolean;
  /** Memory of the machine, as far as the browser tells. */
  readonly deviceBytes?: number | undefined;
  /** Whether data or battery are to be saved. */
  readonly sparing: boolean;
  /** Whether the page may draw without a press, where that is quick. */
  readonly live: boolean;
  /** Whether pictures are saved with the settings inside that make them again. */
  readonly settingsInPictures: boolean;
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
  /** A run that broke off and can go on. */
  readonly brokenOff: BrokenOff | null;
  /** Pictures that the model of the page drew when it was published; empty until they are here. */
  readonly gallery: readonly GalleryPicture[];
  /** Files that were opened and are no model in use yet. */
  readonly opening: Opening | null;
  readonly shelf: Shelf;
  /** A newer version of the page: waits to be taken, or could not be as other windows have this one. */
  readonly newerVersion: 'none' | 'waits' | 'held-up';
}

export interface AppActions {
  /** Starts the engine and loads the model; also 'start again' after a lost device. */
  readonly start: () => Promise<void>;
  /** Loads the model again, such as after the network failed. */
  readonly retryLoad: () => Promise<void>;
  /** Computes on something else from now on; model, settings and pictures stay. */
  readonly chooseBackend: (backend: BackendChoice) => Promise<void>;
  /** Computes on another of the machine's graphics cards from now on. */
  readonly chooseCard: (card: CardChoice) => Promise<void>;
  /** Computes exactly, or in fast arithmetic, from now on. */
  readonly choosePrecision: (precision: Precision) => Promise<void>;
  /** Measures anew which kernels are fastest on the card. */
  readonly measureAgain: () => Promise<void>;
  /** Goes on with the run that broke off, on the machine in use. */
  readonly goOn: () => Promise<void>;
  /** Lets the run that broke off be. */
  readonly forgetBrokenOff: () => void;
  /** Does on the processor what the graphics card could not: the same model, the same run. */
  readonly goOnOnProcessor: () => Promise<void>;
  readonly loadBuiltIn: () => Promise<void>;
  readonly setLive: (live: boolean) => void;
  readonly setSettingsInPictures: (settingsInPictures: boolean) => void;
  readonly change: (patch: Partial<Settings>) => void;
  readonly rollSeed: () => void;
  readonly setSeedLocked: (locked: boolean) => void;
  readonly surprise: () => void;
  readonly generate: () => Promise<void>;
  readonly compare: () => Promise<void>;
  /** Draws the way from the first thing and style to the second ones. */
  readonly strip: () => Promise<void>;
  /** Ends the run under way, the loading, or the start. */
  readonly cancel: () => void;
  readonly show: (id: number) => void;
  /** Takes settings of an outcome, which may be of another model, for the next run: all, or those given. */
  readonly reuse: (outcome: Outcome, settings?: Settings) => void;
  /** Does what saves a file, and says where that fails; whether it was saved. Never rejects. */
  readonly save: (work: () => Promise<void>) => Promise<boolean>;
  /** Takes a number as it was typed. */
  readonly type: (setting: NumberSetting, text: string) => void;
  /** Has the address hold a number that is being typed, where it is one that can be had. */
  readonly draft: (setting: NumberSetting, text: string) => void;
  /** Half as many images, then generate: the way out of too little memory. */
  readonly generateFewer: () => Promise<void>;
  /** Forgets all runs that are shown, also those kept from earlier visits. */
  readonly clearHistory: () => Promise<void>;
  readonly dismissNotice: () => void;
  readonly openGallery: () => Promise<void>;
  /** Takes over the settings of a gallery's picture, and draws it. */
  readonly drawAgain: (picture: GalleryPicture) => Promise<void>;
  /** Keeps the page for visits without a network. */
  readonly keepPage: () => Promise<void>;
  readonly takeNewerVersion: () => Promise<void>;
}

export type App = AppState & AppActions & ModelActions;

/**
 * The run that the visitor watches; a live redraw stays out of sight until it is there, unless there
 * is nothing else to see.
 */
export function watchedRun({ run, shownId }: Pick<AppState, 'run' | 'shownId'>): Run | null {
  return run?.cause === 'live' && shownId !== null ? null : run;
}
