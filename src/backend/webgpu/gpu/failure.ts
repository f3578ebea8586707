import { DyditError, type ErrorReport } from '../../../errors';
import type { Gpu } from './device';

/** Time in which a device that was lost says so after a call of it has failed. */
const lossReportMs = 50;

/**
 * What a call of the device that threw or rejected means.
 * @param what names the work ("reading DitRun.kept")
 */
export async function deviceFailure(gpu: Gpu, what: string, cause: unknown): Promise<DyditError> {
  if (cause instanceof DyditError) return cause;
  const lost = await lossOf(gpu);
  if (lost) return new DyditError(lost.code, lost.message, lost.advice, { cause });
  return thrownByDevice(what, cause);
}

/** Why the device is gone, after a call of it has failed; undefined where it is there. */
export function lossOf({ lost }: Gpu): Promise<ErrorReport | undefined> {
  const wait = new Promise<undefined>((resolve) => setTimeout(resolve, lossReportMs));
  return Promise.race([lost, wait]);
}

/** The same for a call that threw at once; where the device is lost `Backend.lost` says so. */
export function thrownByDevice(what: string, cause: unknown): DyditError {
  if (cause instanceof DyditError) return cause;
  if (cause instanceof RangeError) {
    return new DyditError(
      'out-of-memory',
      `The graphics adapter ran out of memory while ${what}.`,
      'Generate fewer images at once, or close other tabs.',
      { cause },
    );
  }
  return new DyditError(
    'internal',
    `The graphics adapter failed while ${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Reload the page; if it comes back, please report it with this sentence.',
    { cause },
  );
}
