import { DyditError } from '../errors';

/** Most steps any sampler takes: the length of the official training process. */
export const MAX_STEPS = 1000;

/** @throws DyditError `invalid-request` unless `steps` is a whole number in 1..most. */
export function checkStepCount(steps: number, most = MAX_STEPS): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  throw new DyditError(
    'invalid-request',
    `A sampler cannot take ${steps} steps.`,
    `Ask for a whole number of steps from 1 to ${most}.`,
  );
}
