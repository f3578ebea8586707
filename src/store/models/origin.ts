import { DyditError, type ErrorCode, type ErrorReport } from '../../errors';
import type { ModelSource } from '../../engine/api';

/** Where the files of a model come from: what to do about a fault in them hangs on it. */
export type Origin = 'page' | 'dropped' | 'fetched' | 'kept';

export function originOf(source: ModelSource): Origin {
  if (source.kind === 'manifest') return 'page';
  if (source.kind === 'stored') return 'kept';
  return originOfFiles(source.address);
}

/** @param address where they were fetched from; absent where they were dropped or chosen */
export function originOfFiles(address: string | undefined): Origin {
  return address === undefined ? 'dropped' : 'fetched';
}

const published = 'Try again. If that does not help, this page was not published whole.';

/** What a reader of files cannot know. Where nothing stands here, its own advice holds. */
const advice: Partial<Record<ErrorCode, Partial<Record<Origin, string>>>> = {
  'file-unreadable': {
    page: published,
    fetched: 'Fetch the model again.',
    kept: 'Delete it in the model’s menu, then keep it again from its own files.',
  },
  'checkpoint-broken': {
    page: published,
    dropped:
      'Drop it again, in case it was still being written. If that does not help, copy or download it anew.',
    fetched:
      'Fetch it again: what had come of it is deleted. If that does not help, it is damaged where it lies, or its manifest is that of another version.',
    kept: 'Delete it in the model’s menu, then keep it again from its own files.',
  },
  'checkpoint-incomplete': {
    page: published,
    fetched:
      'Fetch the manifest.json of the whole model instead, or drop its other files here as well.',
  },
};

/** What went wrong with files, and what to do about it where they came from. */
export function reportOfFiles(thrown: unknown, origin: Origin): ErrorReport {
  const report = DyditError.from(thrown).toReport();
  return { ...report, advice: advice[report.code]?.[origin] ?? report.advice };
}
