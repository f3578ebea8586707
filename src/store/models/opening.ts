import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';
import type { ErrorReport } from '../../errors';
import type { InspectedModel } from '../../engine/models/inspect';

/** Files on their way to be a model in use. */
export type Opening =
  /** It is being looked at what they are. */
  | { readonly status: 'reading'; readonly files: readonly File[] }
  /** A link asks for them: nothing is fetched before the visitor says so. */
  | { readonly status: 'confirming'; readonly url: string }
  | {
      readonly status: 'fetching';
      readonly url: string;
      /** 0..1; absent until it is known. */
      readonly fraction?: number;
      /** Files that it may complete, and that are as they were where it comes to nothing. */
      readonly before: Extract<Opening, { status: 'waiting' | 'asking' }> | null;
    }
  /** They are a part of something: what is missing, a sentence each. */
  | {
      readonly status: 'waiting';
      readonly files: readonly File[];
      /** Where they were fetched from. */
      readonly address?: string | undefined;
      readonly sentences: readonly string[];
    }
  /** They do not say all of it. */
  | {
      readonly status: 'asking';
      readonly files: readonly File[];
      /** Where they were fetched from. */
      readonly address?: string | undefined;
      readonly model: InspectedModel;
      /** Why it can't be loaded by the answers so far. */
      readonly problem?: ErrorReport | undefined;
    }
  /** They are loaded as soon as the engine is there, or has done the run that was asked for meanwhile. */
  | { readonly status: 'queued'; readonly name: string; readonly behind: 'engine' | 'run' }
  /** They are converted and written to the browser's store. */
  | {
      readonly status: 'keeping';
      readonly name: string;
      readonly dtype: TargetDtype;
      /** 0..1 */
      readonly fraction: number;
    };

/** Files that more may join. */
export function gatheredFiles(opening: Opening | null): readonly File[] {
  if (opening?.status === 'fetching') return gatheredFiles(opening.before);
  return opening && 'files' in opening ? opening.files : [];
}

/** What a download may complete. */
export function waitingOf(
  opening: Opening | null,
): Extract<Opening, { status: 'waiting' | 'asking' }> | null {
  if (opening?.status === 'fetching') return opening.before;
  return opening?.status === 'waiting' || opening?.status === 'asking' ? opening : null;
}

/** What is left of it when a model was loaded, or failed to be. */
export function afterLoading(opening: Opening | null): Opening | null {
  return opening?.status === 'queued' ? null : opening;
}
