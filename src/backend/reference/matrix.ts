/** Rows of numbers. Where a gate or a row list leaves values out, they are NaN. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** (rows, columns) */
  readonly values: Float64Array<ArrayBuffer>;
}

/** A matrix by a formula of row and column. */
export function matrixOf(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Matrix {
  const values = Float64Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return { rows, columns, values };
}

/** Row `row` of a matrix. */
export function rowOf({ columns, values }: Matrix, row: number): Float64Array<ArrayBuffer> {
  return values.subarray(row * columns, (row + 1) * columns);
}

/** Packed rows back at their tokens; the others are NaN. */
export function unpackRows(packed: Matrix, kept: readonly boolean[]): Matrix {
  const { columns } = packed;
  const values = new Float64Array(kept.length * columns).fill(NaN);
  tokensOf(kept).forEach((token, row) => values.set(rowOf(packed, row), token * columns));
  return { rows: kept.length, columns, values };
}

/** Rows of the kept tokens one after the other, written over the first rows of `into`. */
export function packRows(whole: Matrix, kept: readonly boolean[], into: Matrix): void {
  tokensOf(kept).forEach((token, row) => {
    into.values.set(rowOf(whole, token), row * into.columns);
  });
}

/** Indices of the kept tokens, ascending. */
export function tokensOf(kept: readonly boolean[]): readonly number[] {
  return kept.flatMap((keep, token) => (keep ? [token] : []));
}
