import { axisLength } from '../../../ops/axis';
import type { GroupNormOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, rowStride } from '../layout';

/** Pixels whose statistics one thread makes: enough chunks to fill a GPU, few enough to merge. */
const smallestChunk = 16;
const mostChunks = 512;

/**
 * Twin of shaders/group_norm_chunks.wgsl, group_norm_merge.wgsl and group_norm_apply.wgsl:
 * statistics of chunks of pixels, their merging into groups, and the normalisation.
 */
export async function bindGroupNorm(op: GroupNormOp, compilation: Compilation): Promise<BoundOp> {
  const { library, weights } = compilation;
  const { layer, groups, eps, silu } = op;
  const { rows: pixels, axis } = compilation.tensor(op.x);
  const channels = axisLength(axis);
  if (channels % groups !== 0) {
    throw compilation.misuse(
      `${layer.name}: channels must be a multiple of the groups; got ${channels} channels, ${groups} groups`,
    );
  }
  const x = compilation.rows(op.x, axis);
  const stride = rowStride(compilation.tensor(op.x));
  const columns = inVectors(stride);
  const chunk = chunkPixels(pixels);
  const { gamma, beta } = weights.norm(layer);
  const { chunk_means, chunk_squares, mean, scale } = scratchOf(compilation);
  const [statistics, merge, apply] = await Promise.all([
    library.plain('groupNormChunks'),
    library.plain('groupNormMerge'),
    library.plain('groupNormApply', { SILU: silu ? 1 : 0 }),
  ]);
  return {
    dispatches: [
      {
        kernel: compilation.bind(
          statistics,
          compilation.name(op, 'statistics'),
          { x, chunk_means, chunk_squares },
          { dims: { pixels, channels: columns, chunk } },
        ),
        grid: fixedGrid(statistics.gridFor(columns, Math.ceil(pixels / chunk))),
      },
      {
        kernel: compilation.bind(
          merge,
          compilation.name(op, 'merge'),
          { chunk_means, chunk_squares, gamma, mean, scale },
          { dims: { pixels, stride, chunk, groups, group_width: channels / groups, eps } },
        ),
        grid: fixedGrid([groups, 1, 1]),
      },
      {
        kernel: compilation.bind(
          apply,
          compilation.name(op, 'apply'),
          { x, mean, scale, beta, y: compilation.rows(op.y, axis) },
          { dims: { pixels, channels: columns } },
        ),
        grid: fixedGrid(apply.gridFor(columns, Math.ceil(pixels / apply.constant('TILE')))),
      },
    ],
  };
}

function chunkPixels(pixels: number): number {
  return Math.max(smallestChunk, Math.ceil(pixels / mostChunks));
}

/** Space for the statistics, which the norms of a program share: they run one after the other. */
function scratchOf(compilation: Compilation) {
  const norms = compilation.program.ops
    .filter((op) => op.kind === 'groupNorm')
    .map(({ x }) => compilation.tensor(x));
  const chunked = Math.max(
    ...norms.map((x) => Math.ceil(x.rows / chunkPixels(x.rows)) * rowStride(x)),
  );
  const channels = Math.max(...norms.map(rowStride));
  const floats = (name: string, length: number): GPUBuffer =>
    compilation.shared(`groupNorm.${name}`, (arena) =>
      arena.create(`groupNorm.${name}`, 4 * length),
    );
  return {
    chunk_means: floats('chunkMeans', chunked),
    chunk_squares: floats('chunkSquares', chunked),
    mean: floats('mean', channels),
    scale: floats('scale', channels),
  };
}
