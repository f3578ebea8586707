import { DyditError } from '../errors';

/** Where a floating-point format has its exponent and fraction. */
interface FloatFormat {
  /** All ones where the number is infinite or none. */
  readonly exponent: number;
  /** Zero where it is infinite. */
  readonly fraction: number;
}

export const float32Format: FloatFormat = { exponent: 0x7f800000, fraction: 0x007fffff };
export const float16Format: FloatFormat = { exponent: 0x7c00, fraction: 0x03ff };

/**
 * Refuses weights that are infinite or no numbers: one of them makes every picture black.
 *
 * @param name of the tensor
 * @param bits of its numbers
 * @throws DyditError `weights-not-finite` with how many and which
 */
export function expectFinite(
  name: string,
  bits: Uint32Array | Uint16Array,
  { exponent, fraction }: FloatFormat,
): void {
  let found = 0;
  for (let i = 0; i < bits.length; i++) if ((bits[i] & exponent) === exponent) found++;
  if (found === 0) return;
  let infinite = 0;
  let first = bits.length;
  for (let i = bits.length - 1; i >= 0; i--) {
    if ((bits[i] & exponent) !== exponent) continue;
    first = i;
    if ((bits[i] & fraction) === 0) infinite++;
  }
  const counts = [
    count(found - infinite, 'not a number', 'not numbers'),
    count(infinite, 'infinite', 'infinite'),
  ];
  throw new DyditError(
    'weights-not-finite',
    `${name} has ${counts.filter((text) => text !== '').join(' and ')}; the first is element ${first}.`,
    'The training run that made this checkpoint went wrong. Use an earlier one.',
  );
}

function count(values: number, one: string, many: string): string {
  if (values === 0) return '';
  return values === 1 ? `1 value that is ${one}` : `${values} values that are ${many}`;
}
