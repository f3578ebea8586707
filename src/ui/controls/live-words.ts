import type { App } from '../../store/app-state';
import { patienceMs } from '../../store/default-settings';
import { liveLimitMs } from '../../store/live';
import { expectedRunMs } from '../../store/run-time';
import { formatDuration, formatGuess } from '../format';

/** What the next run costs, and whether it comes by itself, in a line. */
export function liveWords(app: App): string {
  const expected = expectedRunMs(app);
  if (expected === undefined) return 'Live redraws when a setting changes.';
  if (!app.live) {
    if (expected > patienceMs) return `Will take ${formatGuess(expected)} on this machine.`;
    return app.sparing
      ? 'Live is off, to save your battery or data.'
      : 'With Live on, a change redraws at once.';
  }
  if (expected < liveLimitMs) return 'A change redraws at once.';
  const guess = expected > patienceMs ? formatGuess(expected) : `about ${formatDuration(expected)}`;
  return `Takes ${guess}; Live needs under ${formatDuration(liveLimitMs)}.`;
}
