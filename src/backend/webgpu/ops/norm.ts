import { axisLength } from '../../../ops/axis';
import type { NormOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import type { BoundOp } from '../dispatch';
import { modulationColumn, modulationOf } from './modulation';

/** Twin of shaders/norm.wgsl. */
export async function bindNorm(op: NormOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('norm');
  const { rows, axis } = compilation.tensor(op.x);
  const width = axisLength(axis);
  if (axis.groups !== 1) throw compilation.misuse('a norm has an axis without groups');
  const { modulation, stride } = modulationOf([op.shift, op.scale], compilation);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      step: compilation.step.buffer,
      x: compilation.rows(op.x, axis),
      modulation,
      rows: compilation.rowList(op.rows, rows),
      y: compilation.rows(op.y, axis),
    },
    {
      dims: {
        width,
        tokens: op.tokens,
        stride,
        shift: modulationColumn(op.shift, width, compilation),
        scale: modulationColumn(op.scale, width, compilation),
      },
    },
  );
  // A workgroup makes whole rows.
  const tileRows = kernel.constant('TILE_ROWS');
  const tileColumns = axisLength(axis);
  const grid = compilation.tileGrid(op, { columns: axis, rows, tileColumns, tileRows });
  return { dispatches: [{ kernel: bound, grid }] };
}
