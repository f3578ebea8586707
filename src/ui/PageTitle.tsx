import { watchedRun } from '../store/app-state';
import { describeSubject } from '../store/settings';
import { runFraction } from './run-fraction';
import { useApp } from './use-app';

const plainTitle = 'dydit – emoji drawn on your own machine';

/** The tab says how far a run is, for those who look elsewhere meanwhile. */
export function PageTitle() {
  const title = useApp((app) => {
    const run = watchedRun(app);
    return run
      ? `${Math.floor(runFraction(run) * 100)} % – ${describeSubject(run.settings, run.model)}`
      : plainTitle;
  });
  return <title>{title}</title>;
}
