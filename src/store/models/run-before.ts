import type { AppContext } from '../app-context';

/** What could end the run that was under way when a model was asked for; null where there was none. */
export type RunBefore = AbortController | null;

/**
 * The end of a run that was asked for after a model was, while that was still on its way: the visitor
 * wants its pictures, too. A run from before is given up for the model.
 */
export function runAskedSince(
  { session, get }: AppContext,
  before: RunBefore,
): Promise<void> | undefined {
  return get().run?.cause === 'asked' && session.abort !== before ? session.runEnded : undefined;
}
