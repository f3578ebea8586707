import { expect, test } from 'vitest';
import { drawHalves } from './drawn-halves';
import { halvesToFloats } from './half';

test('halves of the deviation that was asked for, about zero', () => {
  const values = halvesToFloats(drawHalves({ seed: 7, deviation: 0.05, count: 100_000 }));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(1e-3);
  expect(Math.sqrt(square)).toBeCloseTo(0.05, 3);
  expect(new Set(values).size).toBeGreaterThan(5000);
});

test('other seeds are other weights', () => {
  const [a, b] = [1, 2].map((seed) => drawHalves({ seed, deviation: 1, count: 1000 }));
  expect(a.filter((value, i) => value === b[i]).length).toBeLessThan(10);
});
