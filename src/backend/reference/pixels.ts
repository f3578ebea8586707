import type { RowSpan } from '../../ops/pixels';
import type { Matrix } from './matrix';

/**
 * A whole picture of which a tensor holds some rows, from row `first` on. The others are NaN, so that
 * a use of them shows.
 */
export function pictureOf({ columns, values }: Matrix, first: number, side: number): Matrix {
  const whole = new Float64Array(side * side * columns).fill(NaN);
  whole.set(values, first * side * columns);
  return { rows: side * side, columns, values: whole };
}

/** Values of some rows of pixels in a tensor that begins with row `first` of a picture. */
export function valuesOf(
  { columns, values }: Matrix,
  first: number,
  side: number,
  rows: RowSpan,
): Float64Array<ArrayBuffer> {
  const start = (rows.first - first) * side * columns;
  return values.subarray(start, start + rows.count * side * columns);
}
