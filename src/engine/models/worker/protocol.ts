import type { ErrorReport } from '../../../errors';
import type { KeepRequest, LibraryInspection, StoreOverview } from '../library';
import type { ModelChoice } from '../model-choice';
import type { StoredModel } from '../stored-models';

/** From the page to the library's worker; `id` ties answers to their call. */
export type ToLibrary = { readonly id: number } & (
  | { readonly type: 'inspect'; readonly files: readonly File[]; readonly choice?: ModelChoice }
  | { readonly type: 'remember'; readonly identity: string; readonly choice: ModelChoice }
  | { readonly type: 'keep'; readonly request: KeepRequest }
  | { readonly type: 'fetch'; readonly url: string }
  | { readonly type: 'discard'; readonly files: readonly File[] }
  | { readonly type: 'overview' }
  | { readonly type: 'remove'; readonly model: string }
  | { readonly type: 'rename'; readonly model: string; readonly name: string }
  | { readonly type: 'files'; readonly model: string }
  | { readonly type: 'cancel' }
);

/** From the worker to the page. */
export type FromLibrary =
  | FromLibraryCall
  /** The worker is of no use any more. */
  | { readonly type: 'lost'; readonly error: ErrorReport };

/** Of a call. */
export type FromLibraryCall = { readonly id: number } & (
  | { readonly type: 'inspected'; readonly inspection: LibraryInspection }
  | { readonly type: 'kept'; readonly model: StoredModel }
  | { readonly type: 'overview'; readonly overview: StoreOverview }
  | { readonly type: 'files'; readonly files: readonly File[] }
  | { readonly type: 'done' }
  | { readonly type: 'progress'; readonly fraction: number }
  | { readonly type: 'failed'; readonly error: ErrorReport }
  /** Said at once; what is under way may still take a while to stop. */
  | { readonly type: 'cancelling' }
);
