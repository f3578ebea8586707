import { stepOf, type DrawnHalves } from '../../checkpoint/drawn-halves';
import { axisLength, type Axis } from '../../ops/axis';
import type { BufferArena } from './gpu/buffer';
import type { KernelLibrary } from './kernel-library';
import { paddedGroup, paddedLength } from './layout';
import type { ColumnSlice } from './slices';

/**
 * Columns of a weight (N, K) that the card draws where it keeps them; twin of
 * shaders/draw_weights.wgsl.
 * @throws DyditError `limit-too-small`, `out-of-memory`, `shader-failed`
 */
export async function drawWeights(
  library: KernelLibrary,
  arena: BufferArena,
  of: {
    readonly label: string;
    readonly drawn: DrawnHalves;
    readonly slice: ColumnSlice;
    readonly k: Axis;
  },
): Promise<GPUBuffer> {
  const { label, drawn, slice, k } = of;
  const { n } = slice;
  const kernel = await library.plain('drawWeights');
  const [words, rows] = [paddedLength(n) / 2, paddedLength(k)];
  const y = arena.create(label, 4 * words * rows);
  const name = `${arena.label}.${label}`;
  const bound = kernel.bind(
    name,
    { y },
    {
      dims: {
        ...{ seed: drawn.seed, step: stepOf(drawn) },
        ...{ n_first: slice.start, n_words: words, n_group: n.group, n_padded: paddedGroup(n) },
        ...{ k: axisLength(k), k_rows: rows, k_group: k.group, k_padded: paddedGroup(k) },
      },
    },
  );
  try {
    const grid = kernel.gridFor(words, rows);
    bound.expectGrid(...grid);
    const { device } = library.gpu;
    const encoder = device.createCommandEncoder({ label: name });
    const pass = encoder.beginComputePass({ label: name });
    bound.dispatch(pass, ...grid);
    pass.end();
    device.queue.submit([encoder.finish()]);
    return y;
  } finally {
    bound.destroy();
  }
}
