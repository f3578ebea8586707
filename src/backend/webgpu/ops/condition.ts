import { axisLength } from '../../../ops/axis';
import type { ConditionOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { rowStride } from '../layout';

/** Twin of shaders/condition.wgsl. */
export async function bindCondition(op: ConditionOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('condition');
  const temb = compilation.tensor(op.temb);
  const y = compilation.tensor(op.y);
  const yStride = rowStride(y);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      step: compilation.step.buffer,
      temb: compilation.buffer(op.temb),
      label: compilation.dense(op.label),
      y: compilation.buffer(op.y),
    },
    {
      dims: {
        items: op.items,
        width: axisLength(temb.axis),
        last: temb.rows - 1,
        temb_stride: rowStride(temb),
        y_stride: yStride,
      },
    },
  );
  return { dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(yStride, y.rows)) }] };
}
