import { describeSubject } from '../store/settings';
import { runFraction } from './run-fraction';
import { useApp } from './use-app';

const plainTitle = 'dydit – emoji drawn by your own GPU';

/** The tab says how far a run is, for those who look elsewhere meanwhile. */
export function PageTitle() {
  const title = useApp(({ run }) =>
    run
      ? `${Math.floor(runFraction(run) * 100)} % – ${describeSubject(run.settings, run.model)}`
      : plainTitle,
  );
  return <title>{title}</title>;
}
