import { describe, expect, it } from 'vitest';
import { budgetAt, budgetFactor, budgetStops, nearestStop } from './budget';
import { fakeLearnedModel, fakeModel } from './testing/fake-engine';

const curve = [
  { shift: -3, share: 0.3, frechet: 14, top1: 0.9 },
  { shift: 1, share: 0.5, frechet: 10, top1: 0.94 },
  { shift: 6, share: 1, frechet: 9, top1: 0.96 },
];

describe('the budget', () => {
  it('can be what was measured, and as learned', () => {
    expect(budgetStops(curve)).toEqual([-3, 0, 1, 6]);
    expect(budgetStops([{ ...curve[0], shift: 0 }, curve[2]])).toEqual([0, 6]);
    expect([-9, -1.6, 0.4, 0.6, 9].map((shift) => nearestStop([-3, 0, 1, 6], shift))).toEqual([
      0, 0, 1, 2, 3,
    ]);
  });

  it('is as measured, and on a line between', () => {
    for (const point of curve) expect(budgetAt(curve, point.shift)).toEqual(point);
    const between = budgetAt(curve, -2);
    expect(between.share).toBeCloseTo(0.35);
    expect(between.frechet).toBeCloseTo(13);
    expect(budgetAt(curve, -5)).toMatchObject({ share: 0.3, frechet: 14 });
    expect(budgetAt(curve, 7)).toMatchObject({ share: 1, frechet: 9 });
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
