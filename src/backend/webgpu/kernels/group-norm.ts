import { DyditError } from '../../../errors';
import { paddedChannels } from './conv';
import type { Dispatch } from './dispatch';
import type { KernelLibrary } from './library';

/** Pixels whose statistics one thread makes: enough chunks to fill a GPU, few enough to merge. */
const smallestChunk = 16;
const mostChunks = 512;

export interface GroupNormShape {
  readonly pixels: number;
  readonly channels: number;
  readonly groups: number;
  readonly eps: number;
  /** Applies SiLU to the result. */
  readonly silu: boolean;
}

/** Space for the statistics; norms that run one after the other can share it. */
export interface GroupNormScratch {
  /** (chunks, C) each; see `groupNormScratchFloats`. */
  readonly chunkMeans: GPUBuffer;
  readonly chunkSquares: GPUBuffer;
  /** (C) each. */
  readonly mean: GPUBuffer;
  readonly scale: GPUBuffer;
}

export interface GroupNormBuffers {
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  /** (C), zero-padded. */
  readonly gamma: GPUBuffer;
  /** (C), zero-padded. */
  readonly beta: GPUBuffer;
  readonly scratch: GroupNormScratch;
}

function chunkPixels(pixels: number): number {
  return Math.max(smallestChunk, Math.ceil(pixels / mostChunks));
}

/** Floats that each of `chunkMeans` and `chunkSquares` must hold. */
export function groupNormScratchFloats(pixels: number, channels: number): number {
  return Math.ceil(pixels / chunkPixels(pixels)) * paddedChannels(channels);
}

/**
 * Binds y (pixels, C) = GroupNorm(x (pixels, C)), then SiLU where asked for: statistics of chunks
 * of pixels, their merging into groups, and the normalisation.
 * @throws DyditError `internal` where C is not a multiple of the groups
 */
export async function bindGroupNorm(
  library: KernelLibrary,
  name: string,
  shape: GroupNormShape,
  { x, y, gamma, beta, scratch }: GroupNormBuffers,
): Promise<Dispatch[]> {
  const { pixels, channels, groups, eps, silu } = shape;
  if (channels % groups !== 0) {
    throw new DyditError(
      'internal',
      `${name}: channels must be a multiple of the groups; got ${channels} channels, ${groups} groups.`,
    );
  }
  const { chunkMeans, chunkSquares, mean, scale } = scratch;
  const chunk = chunkPixels(pixels);
  const columns = paddedChannels(channels) / 4;
  const columnGroups = Math.ceil(columns / 8);
  const statistics = await library.plain('groupNormChunks');
  const merge = await library.plain('groupNormMerge');
  const apply = await library.plain('groupNormApply', { SILU: silu ? 1 : 0 });
  return [
    {
      kernel: statistics.bind(
        `${name}.statistics`,
        { x, chunk_means: chunkMeans, chunk_squares: chunkSquares },
        { dims: { pixels, channels: columns, chunk } },
      ),
      grid: [columnGroups, Math.ceil(Math.ceil(pixels / chunk) / 8), 1],
    },
    {
      kernel: merge.bind(
        `${name}.merge`,
        { chunk_means: chunkMeans, chunk_squares: chunkSquares, gamma, mean, scale },
        {
          dims: {
            pixels,
            stride: columns * 4,
            chunk,
            groups,
            group_width: channels / groups,
            eps,
          },
        },
      ),
      grid: [groups, 1, 1],
    },
    {
      kernel: apply.bind(
        `${name}.apply`,
        { x, mean, scale, beta, y },
        { dims: { pixels, channels: columns } },
      ),
      grid: [columnGroups, Math.ceil(pixels / 32), 1],
    },
  ];
}
