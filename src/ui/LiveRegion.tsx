import { type App, watchedRun } from '../store/app-state';
import { describeRecipe } from '../store/recipe';
import { totalStatistics } from '../store/total-statistics';
import { formatDuration } from './format';
import styles from './LiveRegion.module.css';
import { runFraction } from './run-fraction';
import { useApp } from './use-app';

/** Says aloud what the eye sees: that a run began, each quarter of it, and that it is done. */
export function LiveRegion() {
  const words = useApp(announcement);
  return (
    <p className={styles.region} role="status" data-testid="announcement">
      {words}
    </p>
  );
}

function announcement(app: App): string {
  const { engine, outcomes, shownId } = app;
  const run = watchedRun(app);
  if (run) {
    if (run.cancelling) return 'Cancelling.';
    if (run.leg === 'again') return 'Timing both again.';
    const quarters = Math.floor(runFraction(run) * 4);
    const subject = describeRecipe(run);
    return quarters === 0 ? `Generating ${subject}.` : `${quarters * 25} percent done.`;
  }
  if (engine.status === 'loading') return 'Loading the model.';
  if (engine.status === 'measuring') return 'Choosing the fastest kernels.';
  const shown = outcomes.find(({ id }) => id === shownId);
  // The same words for every redraw of a subject: they are said once, not at every tick of a slider.
  if (shown?.cause === 'live') return `Redrawn: ${describeRecipe(shown)}.`;
  if (shown?.kind === 'comparison') return 'Comparison done.';
  if (shown) {
    const results = shown.kind === 'strip' ? shown.results : [shown.result];
    const count = results.flatMap(({ pictures }) => pictures).length;
    const { totalMs } = totalStatistics(results.map(({ statistics }) => statistics));
    return `Done: ${count === 1 ? '1 picture' : `${count} pictures`} in ${formatDuration(totalMs)}.`;
  }
  return engine.status === 'ready' ? 'Ready.' : '';
}
