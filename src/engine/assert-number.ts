import { DyditError } from '../errors';

/** Both ends included. */
interface Range {
  readonly min: number;
  readonly max: number;
}

/** @throws DyditError `invalid-request` with this sentence */
export function refuse(message: string): never {
  throw new DyditError('invalid-request', message, 'Correct the setting and try again.');
}

/** @throws DyditError `invalid-request` where the value is no whole number of the range */
export function assertInteger(name: string, value: number, { min, max }: Range): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(`${name} is ${value}; a whole number from ${min} to ${max} was expected.`);
  }
}

/** @throws DyditError `invalid-request` where the value is no number of the range */
export function assertWithin(name: string, value: number, { min, max }: Range): void {
  // A text compares as the number that it spells, and nothing as 0.
  if (typeof value === 'number' && value >= min && value <= max) return;
  if (min === max) refuse(`${name} is ${value}; this model takes ${min} alone.`);
  const range = max === Number.MAX_VALUE ? `${min} or more` : `a number from ${min} to ${max}`;
  refuse(`${name} is ${value}; ${range} was expected.`);
}
