import type { BudgetPoint, ModelInfo } from '../engine/api';

/** What a shift leaves and costs: as measured, on a straight line between two measured ones. */
export function budgetAt(curve: readonly BudgetPoint[], shift: number): BudgetPoint {
  return between(curve, 'shift', shift);
}

/** The shift that leaves a share of the work. */
export function shiftFor(curve: readonly BudgetPoint[], share: number): number {
  const byShare = curve.toSorted((a, b) => a.share - b.share);
  return between(byShare, 'share', share).shift;
}

/** How much more or less than as learned a shift leaves: a factor on the work of the blocks. */
export function budgetFactor({ budget }: ModelInfo, shift: number): number {
  return budget ? budgetAt(budget, shift).share / budgetAt(budget, 0).share : 1;
}

/** @param curve ascending in `key` */
function between(
  curve: readonly BudgetPoint[],
  key: 'shift' | 'share',
  value: number,
): BudgetPoint {
  const last = curve.length - 1;
  const found = curve.findIndex((point) => point[key] >= value);
  const after = found < 0 ? last : found;
  const [start, end] = [curve[Math.max(0, found < 0 ? last : after - 1)], curve[after]];
  const way = end[key] - start[key];
  const at = way === 0 ? 1 : (value - start[key]) / way;
  const on = (part: keyof BudgetPoint) => start[part] + at * (end[part] - start[part]);
  return { shift: on('shift'), share: on('share'), frechet: on('frechet'), top1: on('top1') };
}
