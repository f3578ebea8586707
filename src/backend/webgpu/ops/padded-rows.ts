import type { Axis } from '../../../ops/axis';
import type { Op, TensorId } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type Dispatch } from '../dispatch';
import { paddedGroup, paddedLength, rowStride } from '../layout';

/** A tensor as rows that other kernels read, and what must be dispatched first to make them so. */
export interface PaddedRows {
  readonly buffer: GPUBuffer;
  readonly before: readonly Dispatch[];
}

/**
 * Rows of `axis`; dense ones whose groups don't fill whole vec4 are copied apart first. Twin of
 * shaders/pad_rows.wgsl.
 */
export async function paddedRows(
  op: Op,
  id: TensorId,
  axis: Axis,
  compilation: Compilation,
): Promise<PaddedRows> {
  const tensor = compilation.tensor(id);
  const columns = paddedLength(axis);
  if (tensor.layout !== 'dense' || rowStride(tensor) === columns) {
    return { buffer: compilation.rows(id, axis), before: [] };
  }
  const kernel = await compilation.library.plain('padRows');
  const name = compilation.name(op, 'padRows');
  const buffer = compilation.arena.create(name, 4 * tensor.rows * columns);
  const bound = compilation.bind(
    kernel,
    name,
    { x: compilation.dense(id), y: buffer },
    { dims: { columns, group: axis.group, padded_group: paddedGroup(axis) } },
  );
  const grid = fixedGrid(kernel.gridFor(columns, tensor.rows));
  return { buffer, before: [{ kernel: bound, grid }] };
}
