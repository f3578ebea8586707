import { BufferArena, readBuffer } from '../../backend/webgpu/gpu/buffer';
import type { KernelLibrary } from '../../backend/webgpu/kernels/library';
import type { DitConfig } from '../config';
import { allRows, bindLinear, linearGrid, type LinearContext } from './bind-linear';
import { timestepEmbedding } from './timestep-embedding';
import { paddedLength } from './weight-layout';
import type { DitWeights } from './weights';

/** What depends on the timestep alone, for every evaluation of a run. */
export interface TimeConditioning {
  /** temb (evaluations, D), owned by the run's arena. */
  readonly temb: GPUBuffer;
  /** Width router logits (evaluations, 2L(H-1)); absent where they were not asked for. */
  readonly logits?: Float32Array<ArrayBuffer>;
}

/**
 * Embeds all timesteps of a run and, for dynamic width, asks the routers once for all of them.
 * @param context any width table: these layers are ungated
 */
export async function conditionOnTime(
  library: KernelLibrary,
  config: DitConfig,
  weights: DitWeights,
  arena: BufferArena,
  context: LinearContext,
  networkTimes: readonly number[],
  askRouters: boolean,
): Promise<TimeConditioning> {
  const { gpu } = library;
  const count = networkTimes.length;
  const width = config.hiddenSize;
  const scratch = new BufferArena(gpu, 'TimeConditioning');
  try {
    const rows = scratch.upload('rows', allRows(count));
    const frequencies = scratch.upload('frequencies', timestepEmbedding(networkTimes));
    const hidden = scratch.create('hidden', count * width * 4); // (T, D)
    const temb = arena.create('temb', count * width * 4); // (T, D)
    const router = askRouters && config.numHeads > 1 ? weights.widthRouter : undefined;
    const columns = router ? paddedLength(router.n) : 0;
    const logits = scratch.create('logits', count * columns * 4); // (T, 2L(H-1))

    const timeIn = scratch.adopt(
      bindLinear(
        await library.linear(weights.timeIn.storage, 'silu'),
        'TimeConditioning.timeIn',
        context,
        weights.timeIn,
        { x: frequencies, y: hidden, rows },
      ),
    );
    const timeOut = scratch.adopt(
      bindLinear(
        await library.linear(weights.timeOut.storage, 'none'),
        'TimeConditioning.timeOut',
        context,
        weights.timeOut,
        { x: hidden, y: temb, rows },
      ),
    );
    const routers =
      router &&
      scratch.adopt(
        bindLinear(
          await library.linear(router.storage, 'none'),
          'TimeConditioning.widthRouter',
          context,
          router,
          { x: temb, y: logits, rows },
        ),
      );

    const encoder = gpu.device.createCommandEncoder({ label: 'TimeConditioning' });
    const pass = encoder.beginComputePass({ label: 'TimeConditioning' });
    timeIn.dispatch(pass, ...linearGrid(library.linearVariant, count, width));
    timeOut.dispatch(pass, ...linearGrid(library.linearVariant, count, width));
    routers?.dispatch(pass, ...linearGrid(library.linearVariant, count, columns));
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    if (!router) return { temb };
    const padded = new Float32Array(await readBuffer(gpu, logits, count * columns * 4));
    return { temb, logits: withoutPadding(padded, columns, router.n.group) };
  } finally {
    scratch.destroy();
  }
}

/** (T, padded) -> (T, columns) */
function withoutPadding(
  values: Float32Array<ArrayBuffer>,
  padded: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const rows = values.length / padded;
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    out.set(values.subarray(row * padded, row * padded + columns), row * columns);
  }
  return out;
}
