import { page } from './page';
import { aboutDuration } from './words';

const tickMs = 500;

/** The bar waits here for what takes longer than was thought. */
const almost = 0.97;

/**
 * Shows how much of an estimated time is over, until it is told to stop.
 * @returns stops
 */
export function showProgress(expectedMs: number): () => void {
  const start = performance.now();
  const show = (): void => {
    const elapsed = performance.now() - start;
    page.progress.value = Math.min(almost, elapsed / expectedMs);
    const left = expectedMs - elapsed;
    page.remaining.textContent =
      left > 0 ? `${aboutDuration(left)} left` : 'It takes longer than was thought.';
  };
  page.underWay.hidden = false;
  show();
  const timer = setInterval(show, tickMs);
  return () => {
    clearInterval(timer);
    page.underWay.hidden = true;
  };
}
