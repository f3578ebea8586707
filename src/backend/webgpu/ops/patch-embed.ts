import type { PatchEmbedOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedLength } from '../layout';

/** Twin of shaders/patch_embed.wgsl. */
export async function bindPatchEmbed(op: PatchEmbedOp, compilation: Compilation): Promise<BoundOp> {
  const { library, weights } = compilation;
  const { items, images, channels, side, patch, layer } = op;
  if (layer.k.groups !== 1) throw compilation.misuse('a patch has an axis without groups');
  const { slices, storage, scaledRows } = weights.matrix(layer);
  if (slices.length > 1) throw compilation.unsupported('its patches have too many channels');
  const [{ weight, bias, scales }] = slices;
  const kernel = await library.weighted('patchEmbed', storage);
  const width = inVectors(paddedLength(layer.n));
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.dense(op.x),
      weight,
      bias,
      ...(scales && { scales }),
      pos_embed: weights.table(op.positions).values,
      y: compilation.rows(op.y, layer.n),
    },
    {
      dims: { items, images, channels, side, patch_size: patch, width, k_scaled: scaledRows },
    },
  );
  const tokens = (side / patch) ** 2;
  return {
    dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(width, tokens, items)) }],
  };
}
