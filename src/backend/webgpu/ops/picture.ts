import { wholeAxis } from '../../../ops/axis';
import type { PictureOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';

/** Twin of shaders/picture.wgsl. */
export async function bindPicture(op: PictureOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('picture');
  const pixels = compilation.tensor(op.x).rows;
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.rows(op.x, wholeAxis(3)),
      y: compilation.dense(op.y),
      flags: compilation.dense(op.flags),
    },
    { dims: { pixels } },
  );
  return { dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(pixels)) }] };
}
