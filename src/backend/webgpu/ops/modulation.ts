import { axisLength } from '../../../ops/axis';
import type { Chunk } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { inVectors, paddedGroup, rowStride } from '../layout';

/**
 * The modulation tensor that chunks are taken from.
 * @throws DyditError `internal` where they are of several tensors
 */
export function modulationOf(
  chunks: readonly Chunk[],
  compilation: Compilation,
): { readonly modulation: GPUBuffer; readonly stride: number } {
  const [{ modulation }, ...others] = chunks;
  if (others.some((other) => other.modulation !== modulation)) {
    throw compilation.misuse('shift and scale are chunks of the same modulation');
  }
  const stride = inVectors(rowStride(compilation.tensor(modulation)));
  return { modulation: compilation.buffer(modulation), stride };
}

/**
 * First column of a chunk, in vec4.
 * @param width D
 * @throws DyditError `checkpoint-unsupported` where chunks don't start at a multiple of 4
 */
export function modulationColumn(
  { modulation, chunk }: Chunk,
  width: number,
  compilation: Compilation,
): number {
  const { axis, layout } = compilation.tensor(modulation);
  const first = chunk * width;
  if (first + width > axisLength(axis)) {
    throw compilation.misuse(`there is no chunk ${chunk} of ${width} columns`);
  }
  const padding = layout === 'dense' ? 0 : paddedGroup(axis) - axis.group;
  const column = first + Math.floor(first / axis.group) * padding;
  if (column % 4 === 0 && (axis.group % width === 0 || padding === 0)) return inVectors(column);
  throw compilation.unsupported(`a hidden size that is a multiple of 4 was expected; got ${width}`);
}
