import { DyditError } from '../src/errors';
import type { Peak } from './report';

/** Something measured, that must lie below the peak of what it ran on. */
export interface Figure {
  readonly what: string;
  readonly backend: Peak['backend'];
  readonly threads: number;
  readonly gflopsPerSecond: number;
}

/**
 * The share of the peak that a figure reached.
 * @throws DyditError `internal` where it is above the peak, or there is no peak to hold it to
 */
export function fractionOfPeak(figure: Figure, peaks: readonly Peak[]): number {
  const { what, backend, threads, gflopsPerSecond } = figure;
  const peak = peaks.find((p) => p.backend === backend && p.threads === threads);
  const found = `${what}: ${gflopsPerSecond.toFixed(2)} GFLOP/s on ${backend}, ${threads} thread(s)`;
  if (!peak) {
    throw new DyditError('internal', `${found}; the peak of that was not measured.`);
  }
  const fraction = gflopsPerSecond / peak.gflops;
  if (fraction > 0 && fraction <= 1) return fraction;
  throw new DyditError(
    'internal',
    `${found} is above the peak, ${peak.gflops.toFixed(2)}: one of the two is wrong.`,
    'Run it again on a machine that does nothing else; if it stays, the counting is wrong.',
  );
}

/** The highest of several measurements of each peak: whatever disturbs one makes it lower. */
export function highestPeaks(measured: readonly Peak[]): readonly Peak[] {
  const highest = new Map<string, Peak>();
  for (const peak of measured) {
    const key = `${peak.backend} ${peak.threads}`;
    const before = highest.get(key);
    if (!before || before.gflops < peak.gflops) highest.set(key, peak);
  }
  return [...highest.values()];
}
