import type { ErrorReport } from '../../errors';
import type { StoreOverview } from '../../engine/models/library';

/** What the browser keeps, as far as the page has looked. */
export interface Shelf {
  /** Absent until it was looked at, and where there is no store. */
  readonly overview: StoreOverview | null;
  /** Why there is no store. */
  readonly error: ErrorReport | null;
}

export const emptyShelf: Shelf = { overview: null, error: null };
