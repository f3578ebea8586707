import { wholeAxis, type Axis } from '../../ops/axis';
import { paddedGroup, paddedLength } from './layout';

/** Columns of a weight (K, N) that lie in one buffer: all, or as many as a binding holds. */
export interface ColumnSlice {
  /** First column, counted without padding: a row of the PyTorch weight. */
  readonly start: number;
  readonly n: Axis;
}

/** Groups of an axis, one after the other. */
export interface GroupRange {
  readonly start: number;
  readonly count: number;
}

/** Columns that kernels read at once: no slice begins within them. */
const vector = 4;

/**
 * Cuts the columns of a weight into slices of like size, so that each fits a binding where a single
 * group of columns does: between groups where there are several, for gates switch whole ones.
 * @param columnBytes bytes of a column
 * @param limit most bytes of a slice
 */
export function sliceColumns(n: Axis, columnBytes: number, limit: number): readonly ColumnSlice[] {
  if (n.groups > 1) {
    const ranges = sliceUnits(n.groups, columnBytes * paddedGroup(n), limit);
    return ranges.map(({ start, count }) => ({
      start: start * n.group,
      n: { groups: count, group: n.group },
    }));
  }
  const vectors = Math.ceil(n.group / vector);
  return sliceUnits(vectors, columnBytes * vector, limit).map(({ start, count }) => ({
    start: start * vector,
    n: wholeAxis(Math.min(count * vector, n.group - start * vector)),
  }));
}

function sliceUnits(units: number, unitBytes: number, limit: number): readonly GroupRange[] {
  const most = Math.max(1, Math.floor(limit / unitBytes));
  const each = Math.ceil(units / Math.ceil(units / most));
  return Array.from({ length: Math.ceil(units / each) }, (_, index) => ({
    start: index * each,
    count: Math.min(each, units - index * each),
  }));
}

/** The groups of an axis that a slice of it has. */
export function groupsOf({ start, n }: ColumnSlice, { groups, group }: Axis): GroupRange {
  return groups > 1 ? { start: start / group, count: n.groups } : { start: 0, count: 1 };
}

/** Padded columns of an axis before a slice. */
export function columnsBefore({ start }: ColumnSlice, axis: Axis): number {
  return axis.groups > 1 ? paddedLength({ ...axis, groups: start / axis.group }) : start;
}
