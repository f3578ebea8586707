import { DyditError } from '../../errors';
import type { Axis } from '../../ops/axis';
import type { Chunk, TensorId } from '../../ops/op';
import type { RunValues } from '../../ops/run-values';
import { activeGroups, type ActiveWidth, type Gate } from '../../ops/width';
import type { ColumnMask } from './kernels/linear';
import { rowOf, type Matrix } from './matrix';
import type { ReferenceWeights } from './weights';

/** What the ops of one run work on. */
export interface RunContext {
  /** By the tensor's id; rows that a program keeps packed are packed here too. */
  readonly tensors: readonly Matrix[];
  readonly weights: ReferenceWeights;
  readonly width?: ActiveWidth;
  readonly values: RunValues;
}

/** Which tokens a row list names: how many, then which. All without a list. */
export function keptTokens(
  rows: TensorId | undefined,
  total: number,
  { tensors }: RunContext,
): readonly boolean[] {
  if (rows === undefined) return Array.from({ length: total }, () => true);
  const [count, ...list] = tensors[rows].values;
  const named = new Set(list.slice(0, count));
  return Array.from({ length: total }, (_, token) => named.has(token));
}

/** Which columns of an axis the gate leaves active; all without a gate. */
export function activeColumns(
  gate: Gate | undefined,
  { groups, group }: Axis,
  context: RunContext,
): ColumnMask {
  if (!gate) return undefined;
  const active = new Set(activeGroups(widthOf(context), gate, context.values.evaluation ?? 0));
  return Array.from({ length: groups * group }, (_, column) =>
    active.has(Math.floor(column / group)),
  );
}

export function widthOf({ width }: RunContext): ActiveWidth {
  if (width) return width;
  throw new DyditError('internal', 'A program with gates was compiled without a width.');
}

/** The D columns of a chunk that belong to an item. */
export function chunkRow(
  { modulation, chunk }: Chunk,
  item: number,
  columns: number,
  { tensors, values }: RunContext,
): Float64Array {
  const row = rowOf(tensors[modulation], (values.modulationRow ?? 0) + item);
  return row.subarray(chunk * columns, (chunk + 1) * columns);
}

/** Values of `count` rows. */
export function rowsFrom({ columns, values }: Matrix, first: number, count: number): Float64Array {
  return values.subarray(first * columns, (first + count) * columns);
}

/** Sets the flag where a value is not finite as a float; never lowers it. */
export function raiseFlag(flags: Matrix, { values }: Matrix): void {
  if (!values.every((value) => Number.isFinite(Math.fround(value)))) flags.values[0] = 1;
}

export function missingValue(name: string): DyditError {
  return new DyditError('internal', `A run of a program with \`${name}\` needs its coefficients.`);
}
