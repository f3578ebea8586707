import type { UnpatchifyOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { rowStride } from '../layout';

/** Twin of shaders/unpatchify.wgsl. */
export async function bindUnpatchify(op: UnpatchifyOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('unpatchify');
  const { items, channels, side, patch } = op;
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    { x: compilation.buffer(op.x), y: compilation.dense(op.y) },
    {
      dims: {
        items,
        channels,
        side,
        patch_size: patch,
        stride: rowStride(compilation.tensor(op.x)),
      },
    },
  );
  const grid = fixedGrid(kernel.gridFor(side ** 2, channels, items));
  return { dispatches: [{ kernel: bound, grid }] };
}
