import type { App, PicturesOutcome } from '../../store/app-state';
import { expectedRunMs } from '../../store/run-time';
import { formatGuess } from '../format';
import { useApp } from '../use-app';
import styles from './LatentNote.module.css';

/** Says why the page's first picture is one, where Pictures says more. */
export function FewerNote({ outcome }: { outcome: PicturesOutcome }) {
  const words = useApp((app) => wordsFor(app, outcome));
  return words === '' ? null : <p className={styles.note}>{words}</p>;
}

function wordsFor(app: App, { cause, settings }: PicturesOutcome): string {
  const wanted = app.settings?.images ?? 0;
  const expected = expectedRunMs(app);
  if (cause !== 'first' || wanted <= settings.images || expected === undefined) return '';
  return `One of ${wanted}, to be quick: Generate draws all of them, which takes ${formatGuess(expected)} here.`;
}
