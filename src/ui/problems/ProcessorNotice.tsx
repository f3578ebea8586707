import type { App } from '../../store/app-state';
import { hasGraphicsCard, patienceMs } from '../../store/default-settings';
import { estimateRunMs } from '../../store/run-time';
import { formatGuess } from '../format';
import { useApp } from '../use-app';
import styles from './ProcessorNotice.module.css';

/** Where no graphics card computes: said once, with how long a picture takes. */
export function ProcessorNotice() {
  const words = useApp(noticeWords);
  if (words === '') return null;
  return (
    <p className={styles.notice} role="note" data-testid="processor-notice">
      {words}
    </p>
  );
}

function noticeWords(app: App): string {
  const { machine, model, settings } = app;
  if (!machine || !model || !settings || hasGraphicsCard(machine)) return '';
  const { steps, sampler, guidance } = model.defaults;
  const usual = { ...settings, steps, sampler, guidance, images: 1 };
  const expected = estimateRunMs(app, usual);
  if (expected === undefined) return '';
  const plain = `Computed on the processor: a picture in ${steps} steps takes ${formatGuess(expected)}`;
  return expected > patienceMs
    ? `${plain}. That is slow, so the settings start small.`
    : `${plain}.`;
}
