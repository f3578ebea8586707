import { type App, watchedRun } from '../store/app-state';
import { describeRecipe } from '../store/recipe';
import { formatShare } from './format';
import { runFraction } from './run-fraction';
import { useApp } from './use-app';

const plainTitle = 'dydit – emoji drawn on your own machine';

/** The tab says how far a run is, for those who look elsewhere meanwhile; else what is on show. */
export function PageTitle() {
  const title = useApp(titleOf);
  return <title>{title}</title>;
}

function titleOf(app: App): string {
  const run = watchedRun(app);
  if (run) return `${formatShare(runFraction(run))} – ${describeRecipe(run)}`;
  const shown = app.outcomes.find(({ id }) => id === app.shownId);
  if (!shown) return plainTitle;
  return `${describeRecipe(shown)}, seed ${shown.settings.seed} – dydit`;
}
