import { expect, it } from 'vitest';
import { lambdas, paperShare, paperSpeedUp } from './paper';

// The abstract: 51 % fewer multiply-adds and 1.73 times as fast for XL at lambda 0.5; table 8 prints the others.
it.each([
  { size: 'xl', lambda: 0.3, speedUp: 2.4 },
  { size: 'xl', lambda: 0.5, speedUp: 1.73 },
  { size: 'xl', lambda: 0.7, speedUp: 1.32 },
  { size: 'b', lambda: 0.5, speedUp: 1.7 },
  { size: 's', lambda: 0.3, speedUp: 2.03 },
] as const)('$size at $lambda is $speedUp times as fast', ({ size, lambda, speedUp }) => {
  expect(paperSpeedUp(size, lambda)).toBeCloseTo(speedUp, 1);
});

it.each(lambdas)('lambda %s keeps about that share', (lambda) => {
  for (const size of ['s', 'b', 'xl'] as const) {
    expect(Math.abs(paperShare(size, lambda) - lambda)).toBeLessThan(0.03);
  }
});
