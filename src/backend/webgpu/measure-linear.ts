import { axisLength, wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { Owned } from '../owned';
import type { KernelLibrary } from './kernel-library';
import { GpuLane } from './lane';
import { Pace } from './pace';
import type { VariantChoice } from './variants/choice';

/** Product that is timed: rows x inner x columns, near those of a small DiT's MLP. */
const rows = 256;
const layer: LinearLayer = {
  kind: 'linear',
  name: 'layer',
  n: wholeAxis(1024),
  k: wholeAxis(256),
};

/** How long a stretch of products takes that the clock can see, in ms and in ticks. */
const stretchMs = 30;
const stretchTicks = 4;
const tries = 3;
/** All tries together, where the clock has a long tick or the adapter is slow. */
const allTriesMs = 400;

/**
 * Throughput of a linear layer on this adapter, GFLOP/s, two flops a multiply-add.
 * @param tickMs of the queue's clock
 */
export async function measureLinear(
  library: KernelLibrary,
  choice: VariantChoice,
  tickMs: number,
): Promise<number> {
  const { queue } = library.gpu.device;
  // A pace that waits for what was submitted would be what is timed; there is never much of it.
  const pace = new Pace({ queue, gflops: Infinity, tickMs, now: () => performance.now() });
  const lane = new GpuLane({ library, choice, pace });
  const owned = new Owned();
  try {
    const weights = owned.adopt(lane.createWeights('Measure'));
    const elements = axisLength(layer.n) * axisLength(layer.k);
    await weights.upload({
      layer,
      weight: new Float32Array(elements),
      bias: new Float32Array(axisLength(layer.n)),
    });
    const program = new Recorder('Measure');
    const x = program.external('x', rowsOf(rows, layer.k));
    program.linear(x, layer);
    const storage = { x: owned.adopt(lane.allocate('Measure.x', x)) };
    const product = owned.adopt(await lane.compile(program.finish(), { weights, storage }));
    const time = async (repeats: number): Promise<number> => {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) await product.run();
      await queue.onSubmittedWorkDone();
      return performance.now() - start;
    };
    await time(1);
    // More and more, until the clock can see them.
    let repeats = 1;
    let ms = await time(repeats);
    const least = Math.max(stretchMs, stretchTicks * tickMs);
    while (ms < least / 2) {
      repeats = Math.ceil(repeats * Math.max(2, Math.min(16, least / ms)));
      ms = await time(repeats);
    }
    for (let i = 1; i < tries && i * ms < allTriesMs; i++) ms = Math.min(ms, await time(repeats));
    return (2 * rows * elements * repeats) / (ms * 1e6);
  } finally {
    owned.destroy();
    lane.destroy();
  }
}
