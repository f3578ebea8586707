import type { BudgetPoint, ModelInfo } from '../engine/api';

/** Shifts to choose from, ascending: those that were measured, and 0, as learned. */
export function budgetStops(curve: readonly BudgetPoint[]): readonly number[] {
  return [...new Set([0, ...curve.map(({ shift }) => shift)])].toSorted((a, b) => a - b);
}

/** The stop that is nearest to a shift, by its place. */
export function nearestStop(stops: readonly number[], shift: number): number {
  const distances = stops.map((stop) => Math.abs(stop - shift));
  return distances.indexOf(Math.min(...distances));
}

/** What a shift leaves and costs: as measured, on a straight line between two measured ones. */
export function budgetAt(curve: readonly BudgetPoint[], shift: number): BudgetPoint {
  const after = curve.findIndex((point) => point.shift >= shift);
  const end = curve[after < 0 ? curve.length - 1 : after];
  const start = curve[Math.max(0, after < 0 ? curve.length - 1 : after - 1)];
  const way = end.shift - start.shift;
  const at = way === 0 ? 1 : Math.min(1, (shift - start.shift) / way);
  const between = (key: keyof BudgetPoint) => start[key] + at * (end[key] - start[key]);
  return { shift, share: between('share'), frechet: between('frechet'), top1: between('top1') };
}

/** How much more or less than as learned a shift leaves: a factor on the work of the blocks. */
export function budgetFactor({ budget }: ModelInfo, shift: number): number {
  return budget ? budgetAt(budget, shift).share / budgetAt(budget, 0).share : 1;
}
