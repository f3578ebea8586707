import { DyditError } from '../../errors';
import type { AppContext } from '../app-context';

/** Looks at what the browser keeps. Never rejects. */
export async function refreshShelf({ dependencies, set }: AppContext): Promise<void> {
  try {
    set({ shelf: { overview: await dependencies.library.overview(), error: null } });
  } catch (thrown) {
    set({ shelf: { overview: null, error: DyditError.from(thrown).toReport() } });
  }
}
