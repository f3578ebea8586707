import { describe, expect, it } from 'vitest';
import { budgetAt, budgetFactor, shiftFor } from './budget';
import { fakeLearnedModel, fakeModel } from './testing/fake-engine';

const curve = [
  { shift: -3, share: 0.3, frechet: 14, top1: 0.9 },
  { shift: 1, share: 0.5, frechet: 10, top1: 0.94 },
  { shift: 6, share: 1, frechet: 9, top1: 0.96 },
];

describe('the budget', () => {
  it('is as measured, and on a line between', () => {
    for (const point of curve) expect(budgetAt(curve, point.shift)).toEqual(point);
    const between = budgetAt(curve, -2);
    expect(between.share).toBeCloseTo(0.35);
    expect(between.frechet).toBeCloseTo(13);
    expect(budgetAt(curve, -5)).toMatchObject({ share: 0.3, frechet: 14 });
    expect(budgetAt(curve, 7)).toMatchObject({ share: 1, frechet: 9 });
  });

  it('is found by the share of the work', () => {
    for (const { shift, share } of curve) expect(shiftFor(curve, share)).toBeCloseTo(shift);
    expect(shiftFor(curve, 0.35)).toBeCloseTo(-2);
    expect([shiftFor(curve, 0.1), shiftFor(curve, 1.2)]).toEqual([-3, 6]);
  });
});

describe('its factor on the work', () => {
  it('is 1 as learned, and where a model has no budget', () => {
    expect(budgetFactor(fakeModel, 0)).toBe(1);
    expect(budgetFactor(fakeLearnedModel, 0)).toBe(1);
    expect(budgetFactor(fakeLearnedModel, 6)).toBe(2);
    expect(budgetFactor(fakeLearnedModel, -3)).toBeCloseTo(0.6);
  });
});
