import { expect } from 'vitest';

/**
 * Fails where an element is off by more than `tolerance`, absolutely or relative to the largest
 * |expected|, and names the worst one.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  let worst = { index: 0, error: 0 };
  for (let index = 0; index < expected.length; index++) {
    largest = Math.max(largest, Math.abs(expected[index]));
    const difference = Math.abs(actual[index] - expected[index]);
    const error = Number.isNaN(difference) ? Infinity : difference;
    if (error > worst.error) worst = { index, error };
  }
  const { index, error } = worst;
  const message = `element ${index}: ${actual[index]} instead of ${expected[index]}`;
  expect(error, message).toBeLessThanOrEqual(tolerance * Math.min(1, largest));
}
