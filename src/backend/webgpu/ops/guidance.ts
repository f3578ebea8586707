import { axisLength } from '../../../ops/axis';
import type { GuidanceOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';

/** Twin of shaders/guidance.wgsl. */
export async function bindGuidance(op: GuidanceOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('guidance');
  const { images, halves, channels, guided, scale } = op;
  const pixels = axisLength(compilation.tensor(op.x).axis);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    { x: compilation.dense(op.x), y: compilation.dense(op.y) },
    { dims: { images, channels, guided, pixels, scale, halves } },
  );
  const grid = fixedGrid(kernel.gridFor(pixels, channels, images * halves));
  return { dispatches: [{ kernel: bound, grid }] };
}
