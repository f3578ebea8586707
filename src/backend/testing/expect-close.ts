import { expect } from 'vitest';

/** An element may be off by abs + rel * |reference|. */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

const shown = 5;

/** Index of element `flat` of a row-major tensor, as [i, j, ...]. */
function unravel(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${index.join(', ')}]`;
}

/**
 * Fails with the worst few mismatches and their indices.
 * @param shape of both, for the indices in the message
 */
export function expectClose(
  actual: ArrayLike<number>,
  reference: ArrayLike<number>,
  tolerance: Tolerance,
  shape: readonly number[] = [reference.length],
): void {
  expect(actual.length, 'number of elements').toBe(reference.length);
  const mismatches: { index: number; excess: number }[] = [];
  for (let i = 0; i < reference.length; i++) {
    if (Object.is(actual[i], reference[i])) continue;
    const allowed = tolerance.abs + tolerance.rel * Math.abs(reference[i]);
    const error = Math.abs(actual[i] - reference[i]);
    // Written so that a NaN on either side is a mismatch.
    if (!(error <= allowed)) {
      mismatches.push({ index: i, excess: Number.isNaN(error) ? Infinity : error / allowed });
    }
  }
  if (mismatches.length === 0) return;
  const worst = mismatches.sort((a, b) => b.excess - a.excess).slice(0, shown);
  const lines = worst.map(
    ({ index, excess }) =>
      `  ${unravel(index, shape)}: ${actual[index]}, expected ${reference[index]}, ${excess.toPrecision(3)} x the tolerance`,
  );
  expect.fail(
    `${mismatches.length} of ${reference.length} elements are off by more than ${tolerance.abs} + ${tolerance.rel} * |reference|; the worst:\n${lines.join('\n')}`,
  );
}

/** Fails where the two differ in any bit. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length, 'number of elements').toBe(expected.length);
  const a = new Uint32Array(actual.buffer, actual.byteOffset, actual.length);
  const b = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
  const different = a.findIndex((word, i) => word !== b[i]);
  if (different < 0) return;
  expect.fail(
    `element ${different}: ${actual[different]} is not bit for bit ${expected[different]}`,
  );
}
