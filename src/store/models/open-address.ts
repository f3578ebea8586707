import type { AppContext } from '../app-context';
import { takeFiles } from './open-files';
import { waitingOf } from './opening';
import { reportOfFiles } from './origin';

/** Fetches a model and opens it as if its files had been dropped. */
export async function openAddress(context: AppContext, url: string): Promise<void> {
  const { dependencies, session, get, set } = context;
  session.fetchAbort?.abort();
  const abort = new AbortController();
  session.fetchAbort = abort;
  const isCurrent = () => session.fetchAbort === abort;
  session.opened = {};
  const runBefore = session.abort;
  const before = waitingOf(get().opening);
  set({ opening: { status: 'fetching', url, before }, notice: null });
  try {
    const files = await dependencies.library.fetch(url, {
      signal: abort.signal,
      onProgress: (fraction) => {
        if (isCurrent() && get().opening?.status === 'fetching') {
          set({ opening: { status: 'fetching', url, fraction, before } });
        }
      },
    });
    if (!isCurrent() || abort.signal.aborted) return;
    await takeFiles(context, files, { address: url, runBefore });
  } catch (thrown) {
    const error = reportOfFiles(thrown, 'fetched');
    if (isCurrent() && error.code !== 'cancelled') {
      set({ opening: before, notice: { kind: 'error', error } });
    }
  } finally {
    if (isCurrent()) session.fetchAbort = null;
  }
}
