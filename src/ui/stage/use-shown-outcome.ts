import type { Outcome } from '../../store/app-state';
import { useApp } from '../use-app';

/** The outcome that the visitor looks at. */
export function useShownOutcome(): Outcome | undefined {
  return useApp((app) => app.outcomes.find(({ id }) => id === app.shownId));
}
