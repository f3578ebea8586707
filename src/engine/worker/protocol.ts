import type { ErrorReport } from '../../errors';
import type {
  Bookmark,
  BackendOptions,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
  MachineReport,
  ModelInfo,
  ModelSource,
  Picture,
  StepEvent,
} from '../api';

/** From the page to the worker; `id` ties answers to their call. */
export type ToWorker =
  | { readonly type: 'start'; readonly id: number; readonly options: BackendOptions }
  | {
      readonly type: 'load';
      readonly id: number;
      readonly source: ModelSource;
      readonly images?: number | undefined;
    }
  | {
      readonly type: 'generate';
      readonly id: number;
      readonly request: GenerateRequest;
      readonly from?: Bookmark | undefined;
    }
  | { readonly type: 'measure-again'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }
  /** Answered at once, whatever is under way. */
  | { readonly type: 'ping' };

/** From the worker to the page. */
export type FromWorker =
  | { readonly type: 'started'; readonly id: number; readonly machine: MachineReport }
  | { readonly type: 'load-progress'; readonly id: number; readonly progress: LoadProgress }
  | { readonly type: 'loaded'; readonly id: number; readonly model: ModelInfo }
  | { readonly type: 'step'; readonly id: number; readonly event: StepEvent }
  | { readonly type: 'preview'; readonly id: number; readonly pictures: readonly Picture[] }
  | { readonly type: 'bookmark'; readonly id: number; readonly bookmark: Bookmark }
  | {
      readonly type: 'picture';
      readonly id: number;
      readonly index: number;
      readonly picture: Picture;
    }
  | { readonly type: 'generated'; readonly id: number; readonly result: GenerateResult }
  | { readonly type: 'measure-progress'; readonly id: number; readonly fraction: number }
  | { readonly type: 'measured'; readonly id: number; readonly shapes: number }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorReport }
  | { readonly type: 'lost'; readonly error: ErrorReport }
  | { readonly type: 'pong' };
