import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';
import type { ModelSource } from '../api';
import type { Inspection } from './inspect';
import type { ModelChoice } from './model-choice';
import type { StoredModel, UnfinishedModel } from './stored-models';

/** What the browser keeps, and how much room there is. */
export interface StoreOverview {
  readonly models: readonly StoredModel[];
  readonly unfinished: readonly UnfinishedModel[];
  /** Bytes; absent where the browser does not say. */
  readonly usage?: number;
  readonly quota?: number;
  /** Whether the browser has promised not to clear it by itself. */
  readonly isPersistent: boolean;
}

/** An inspection, and whether what was answered of these files before was used for it. */
export interface LibraryInspection extends Inspection {
  readonly remembered?: ModelChoice;
}

export interface KeepRequest {
  readonly source: Extract<ModelSource, { kind: 'files' }>;
  readonly dtype: TargetDtype;
}

export interface KeepControl {
  readonly signal?: AbortSignal;
  /** 0..1 */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Files of models before they are loaded, and models that the browser keeps. Apart from the engine:
 * it also works while that starts or is lost. All methods reject with `DyditError`.
 */
export interface ModelLibrary {
  /** @param choice absent: what was answered of these files before, if anything */
  inspect(files: readonly File[], choice?: ModelChoice): Promise<LibraryInspection>;
  /** Remembers what was answered about files. */
  remember(filesIdentity: string, choice: ModelChoice): Promise<void>;
  /** Converts a model and keeps it. @throws DyditError as `keepModel` */
  keep(request: KeepRequest, control?: KeepControl): Promise<StoredModel>;
  /**
   * Fetches a checkpoint, or a manifest with all its files. What arrives is written to the browser's
   * store where there is one, so that a download that breaks off goes on in a later visit.
   * @throws DyditError `network-failed`, `address-refused`, `checkpoint-broken`, `storage-full`, `cancelled`
   */
  fetch(url: string, control?: KeepControl): Promise<readonly File[]>;
  /** Forgets what was fetched of files that turned out to be damaged: the next try gets others. */
  discard(files: readonly File[]): Promise<void>;
  /** @throws DyditError `storage-unavailable` */
  overview(): Promise<StoreOverview>;
  remove(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** All files of a kept model, to be given away. */
  files(id: string): Promise<readonly File[]>;
}
