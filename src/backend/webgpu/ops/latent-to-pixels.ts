import { axisLength, wholeAxis } from '../../../ops/axis';
import type { LatentToPixelsOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedLength } from '../layout';

/** Twin of shaders/latent_to_pixels.wgsl. */
export async function bindLatentToPixels(
  op: LatentToPixelsOp,
  compilation: Compilation,
): Promise<BoundOp> {
  const kernel = await compilation.library.plain('latentToPixels');
  const pixels = axisLength(compilation.tensor(op.x).axis);
  const channels = axisLength(compilation.tensor(op.y).axis);
  const axis = wholeAxis(channels);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.dense(op.x),
      y: compilation.rows(op.y, axis),
    },
    { dims: { channels, pixels, factor: op.factor, limit: op.limit ?? 0 } },
  );
  const grid = fixedGrid(kernel.gridFor(pixels, inVectors(paddedLength(axis))));
  return { dispatches: [{ kernel: bound, grid }] };
}
