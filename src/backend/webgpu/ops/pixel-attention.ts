import { wholeAxis } from '../../../ops/axis';
import type { PixelAttentionOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedGroup } from '../layout';

/** Twin of shaders/pixel_attention.wgsl. */
export async function bindPixelAttention(
  op: PixelAttentionOp,
  compilation: Compilation,
): Promise<BoundOp> {
  const kernel = await compilation.library.plain('pixelAttention');
  const { rows: tokens, axis } = compilation.tensor(op.qkv);
  const width = inVectors(paddedGroup(axis));
  const widest = kernel.constant('MOST_COLUMNS');
  if (width > widest) {
    throw compilation.unsupported(
      `attention of at most ${4 * widest} channels was expected; got ${axis.group}`,
    );
  }
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      qkv: compilation.rows(op.qkv, axis),
      y: compilation.rows(op.y, wholeAxis(axis.group)),
    },
    { dims: { tokens, width, scale: axis.group ** -0.5 } },
  );
  const grid = fixedGrid([Math.ceil(tokens / kernel.constant('QUERIES')), 1, 1]);
  return {
    dispatches: [{ kernel: bound, grid }],
  };
}
