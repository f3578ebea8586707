import { watchedRun } from '../../store/app-state';
import { stripShares } from '../../store/strip-run';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';

/** Draws the way from the first ones of a mix to the second ones. */
export function StripButton() {
  const ready = useApp((app) => app.engine.status === 'ready');
  const running = useApp((app) => watchedRun(app) !== null);
  const strip = useApp((app) => app.strip);
  return (
    <ActionButton isDisabled={!ready || running} onPress={() => void strip()}>
      {`Draw the way in ${stripShares.length} pictures`}
    </ActionButton>
  );
}
