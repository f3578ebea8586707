import type { Tensor } from './tensor';

/** Rows of pixels of a picture. */
export interface RowSpan {
  readonly first: number;
  readonly count: number;
}

/** Rows of pixels of a square picture in a tensor (count * side, C), a row of it a pixel. */
export interface Pixels extends RowSpan {
  readonly tensor: Tensor;
  /** Pixels a side of the whole picture. */
  readonly side: number;
}

/** All rows of a picture of that side. */
export function allRows(side: number): RowSpan {
  return { first: 0, count: side };
}

/** Whether some rows hold all of others. */
export function holdsRows(rows: RowSpan, others: RowSpan): boolean {
  return others.first >= rows.first && endOf(others) <= endOf(rows);
}

/** The rows of a picture that a kernel of `size` reaches from others. */
export function reachOf({ first, count }: RowSpan, size: 1 | 3, side: number): RowSpan {
  const margin = (size - 1) / 2;
  const start = Math.max(0, first - margin);
  return { first: start, count: Math.min(side, first + count + margin) - start };
}

/** The row after the last. */
export function endOf({ first, count }: RowSpan): number {
  return first + count;
}

/** A tensor (side * side, C) as all rows of a picture. */
export function wholePicture(tensor: Tensor): Pixels {
  const side = Math.sqrt(tensor.rows);
  return { tensor, side, ...allRows(side) };
}
