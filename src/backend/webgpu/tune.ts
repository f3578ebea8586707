import { axisLength, wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { Owned } from '../owned';
import type { KernelLibrary, LinearVariant } from './kernel-library';
import type { GpuLane } from './lane';

/** Product that is timed: rows x inner x columns, near those of a small DiT's MLP. */
const rows = 256;
const layer: LinearLayer = {
  kind: 'linear',
  name: 'layer',
  n: wholeAxis(1024),
  k: wholeAxis(256),
};

/** How long a stretch of products takes that the clock can see, and the most products in it. */
const stretchMs = 30;
const mostRepeats = 50;

/**
 * Variants worth timing. Without a GPU there is no workgroup memory that is faster than a cache,
 * and compiling the tiled variant takes seconds.
 */
function candidatesFor({ gpu }: KernelLibrary): readonly LinearVariant[] {
  return gpu.software ? ['register'] : ['register', 'tiled'];
}

/**
 * Times the linear kernel's variants on this adapter and sets the library to the fastest. All give
 * the same bits, so that noise in the measurement can't change a picture.
 */
export async function tuneLinear(library: KernelLibrary, lane: GpuLane): Promise<void> {
  let best = { variant: library.linearVariant, gflops: 0 };
  for (const variant of candidatesFor(library)) {
    library.linearVariant = variant;
    const gflops = await measure(library, lane);
    if (gflops > best.gflops) best = { variant, gflops };
  }
  library.linearVariant = best.variant;
  library.linearGflops = best.gflops;
}

/** Throughput of the variant that the library is set to, GFLOP/s, two flops a multiply-add. */
async function measure(library: KernelLibrary, lane: GpuLane): Promise<number> {
  const { queue } = library.gpu.device;
  const owned = new Owned();
  try {
    const weights = owned.adopt(lane.createWeights('Tune'));
    const elements = axisLength(layer.n) * axisLength(layer.k);
    await weights.upload({
      layer,
      weight: new Float32Array(elements),
      bias: new Float32Array(axisLength(layer.n)),
    });
    const program = new Recorder('Tune');
    const x = program.external('x', rowsOf(rows, layer.k));
    program.linear(x, layer);
    const storage = { x: owned.adopt(lane.allocate('Tune.x', x)) };
    const product = owned.adopt(await lane.compile(program.finish(), { weights, storage }));
    const time = async (repeats: number): Promise<number> => {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) await product.run();
      await queue.onSubmittedWorkDone();
      return performance.now() - start;
    };
    await time(1);
    // As many repeats as make a stretch that the clock can see, but no long wait on a slow adapter.
    const once = await time(1);
    const repeats = Math.max(1, Math.min(mostRepeats, Math.floor(stretchMs / once)));
    const trials = [await time(repeats), await time(repeats), await time(repeats)];
    return (2 * rows * elements * repeats) / (Math.min(...trials) * 1e6);
  } finally {
    owned.destroy();
  }
}
