import { DyditError } from '../../errors';
import type { StoredModel } from '../../engine/models/stored-models';
import type { AppContext } from '../app-context';

/** Looks at what the browser keeps. Never rejects. */
export async function refreshShelf(context: AppContext): Promise<void> {
  const { dependencies, session, get, set } = context;
  const before = get().shelf.overview?.models;
  const look = (session.shelfLook = {});
  try {
    const overview = await dependencies.library.overview();
    // A slow disk may answer last what it was asked first.
    if (session.shelfLook !== look) return;
    set({ shelf: { overview, error: null } });
    const { source, notice } = get();
    if (source.kind !== 'stored' || notice?.kind === 'error') return;
    const isThere = ({ id }: StoredModel) => id === source.id;
    const wasThere = before?.some(isThere) ?? true;
    if (wasThere && !overview.models.some(isThere)) {
      const text = `${source.name} is not kept in this browser any more. It can be used here until the page is reloaded or another machine is chosen; keep it again from its own files.`;
      set({ notice: { kind: 'info', text } });
    }
  } catch (thrown) {
    if (session.shelfLook !== look) return;
    set({ shelf: { overview: null, error: DyditError.from(thrown).toReport() } });
  }
}

/** The same after this page has changed it: other tabs look as well. */
export function shelfChanged(context: AppContext): Promise<void> {
  context.dependencies.shelfNews.tell();
  return refreshShelf(context);
}

/** Looks again whenever another tab has changed it, once this one shows any of it. */
export function followShelf(context: AppContext): void {
  const { dependencies, get } = context;
  dependencies.shelfNews.listen(() => {
    const { shelf, source } = get();
    if (shelf.overview || source.kind === 'stored') void refreshShelf(context);
  });
}
