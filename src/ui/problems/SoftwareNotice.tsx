import { guessRunMs } from '../../store/run-time';
import { formatGuess } from '../format';
import { useApp } from '../use-app';
import styles from './SoftwareNotice.module.css';

/** Without a GPU everything works, slowly: said once, with how slow. */
export function SoftwareNotice() {
  const isSoftware = useApp((app) => app.machine?.software ?? false);
  const guess = useApp(({ machine, model, settings }) =>
    machine && model && settings
      ? guessRunMs(machine, model, { ...settings, ...model.defaults, images: 1 })
      : undefined,
  );
  const steps = useApp((app) => app.model?.defaults.steps);
  if (!isSoftware || guess === undefined) return null;
  return (
    <p className={styles.notice} role="note" data-testid="software-notice">
      This browser has no graphics card to use and computes on the processor instead: it works, but
      slowly. One picture in {steps} steps takes {formatGuess(guess)}, so the settings start with
      few steps and one picture.
    </p>
  );
}
