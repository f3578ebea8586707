import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';
import type { ModelChoice } from '../../engine/models/model-choice';

/** What can be done with files of models, and with models that the browser keeps. */
export interface ModelActions {
  /** Takes files that were dropped or chosen: of models, or a saved picture. Never rejects. */
  readonly openFiles: (files: readonly File[] | Promise<readonly File[]>) => Promise<void>;
  /** Brings back files that waited on the page before a reload. */
  readonly restoreWaiting: () => Promise<void>;
  /** Fetches a checkpoint, or a manifest with its files, and opens it. */
  readonly openAddress: (url: string) => Promise<void>;
  /** Looks at the files in question with another set of weights, or other answers. */
  readonly reconsider: (choice: ModelChoice) => Promise<void>;
  /** Opens the files in question by these answers, and keeps the model where a type is given. */
  readonly answer: (choice: ModelChoice, keepAs?: TargetDtype) => Promise<void>;
  /** Asks once more about the files of the model in use. */
  readonly askAgain: () => Promise<void>;
  /** Lets go of files that are no model yet, or ends their keeping. */
  readonly dropOpening: () => void;
  /** Keeps the model in use, which was opened from files. */
  readonly keep: (dtype: TargetDtype) => Promise<void>;
  readonly openStored: (id: string) => Promise<void>;
  readonly removeStored: (id: string) => Promise<void>;
  readonly renameStored: (id: string, name: string) => Promise<void>;
  /** The files of a kept model, to be saved elsewhere. */
  readonly filesOfStored: (id: string) => Promise<readonly File[]>;
  readonly refreshShelf: () => Promise<void>;
}
