import type { KeepRequest } from '../../engine/models/library';
import type { StoredModel } from '../../engine/models/stored-models';
import type { AppContext } from '../app-context';
import { originOf, reportOfFiles } from './origin';
import { shelfChanged } from './refresh-shelf';

/** Converts a model and keeps it in the browser; undefined where that was cancelled or failed. */
export async function keepModel(
  context: AppContext,
  request: KeepRequest,
): Promise<StoredModel | undefined> {
  const { dependencies, session, get, set } = context;
  session.keepAbort?.abort();
  const abort = new AbortController();
  session.keepAbort = abort;
  const isCurrent = () => session.keepAbort === abort;
  const { dtype, source } = request;
  const keeping = { status: 'keeping', name: source.name, dtype } as const;
  // Files that are opened meanwhile have their own card, which stays.
  const report = (fraction: number) => {
    if (isCurrent() && get().opening?.status === 'keeping') {
      set({ opening: { ...keeping, fraction } });
    }
  };
  set({ opening: { ...keeping, fraction: 0 } });
  try {
    await dependencies.surroundings.askToPersist();
    return await dependencies.library.keep(request, { signal: abort.signal, onProgress: report });
  } catch (thrown) {
    const error = reportOfFiles(thrown, originOf(source));
    if (isCurrent() && error.code !== 'cancelled') set({ notice: { kind: 'error', error } });
    return undefined;
  } finally {
    if (isCurrent()) {
      session.keepAbort = null;
      if (get().opening?.status === 'keeping') set({ opening: null });
    }
    void shelfChanged(context);
  }
}
