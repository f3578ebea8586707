import { ProgressBar } from 'react-aria-components';
import type { Run } from '../../store/app-state';
import { formatDuration } from '../format';
import { ProgressTrack } from '../parts/ProgressTrack';
import { runFraction } from '../run-fraction';
import styles from './RunProgress.module.css';

/** Steps done, and about how long the rest will take. */
export function RunProgress({ run }: { run: Run }) {
  const fraction = runFraction(run);
  return (
    <ProgressBar
      className={styles.progress}
      aria-label="Progress"
      value={fraction * 100}
      valueLabel={stageOf(run)}
    >
      <div className={styles.track}>
        <ProgressTrack fraction={run.leg === 'warm-up' || !run.step ? undefined : fraction} />
      </div>
      <div className={styles.words}>
        <span data-testid="progress-step">{stageOf(run)}</span>
        {run.step && run.leg !== 'warm-up' && <span data-testid="time-left">{timeLeft(run)}</span>}
      </div>
    </ProgressBar>
  );
}

function stageOf({ leg, place, step, cancelling }: Run): string {
  if (cancelling) return 'Cancelling';
  if (place) return `Picture ${place.index + 1} of ${place.of}`;
  if (leg === 'warm-up') return 'Warming up, so that neither run pays for it';
  if (leg === 'again') return 'Timing both again: one short run says little';
  const prefix = leg === undefined ? '' : leg === 'static' ? 'Static · ' : 'Dynamic · ';
  if (!step) return `${prefix}Starting`;
  if (step.stage === 'decoding') return `${prefix}Turning latents into pixels`;
  return `${prefix}Step ${step.step} of ${step.steps}`;
}

/** A strip's rest is that of all its pictures. The static leg's rest; the dynamic one is at worst as long as the static one. */
function timeLeft({ step, leg, place }: Run): string {
  if (!step) return '';
  const wholeLeg = step.elapsedMs + step.remainingMs;
  const legsAfter = place ? place.of - place.index - 1 : Number(leg === 'static');
  const left = step.remainingMs + legsAfter * wholeLeg;
  return left < 1000
    ? '· almost done'
    : `· about ${formatDuration(Math.ceil(left / 1000) * 1000)} left`;
}
