import { wholeAxis } from '../../ops/axis';
import type { LinearLayer, ProductValues } from '../../ops/layer';
import { chunk, Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { Storage } from '../backend';
import { Owned } from '../owned';
import { withErrorScopes } from './gpu/error-scope';
import type { KernelLibrary } from './kernel-library';
import { GpuLane } from './lane';
import { Pace } from './pace';
import type { WeightStorage } from './shaders';
import { VariantChoice } from './variants/choice';
import type { LinearShape, LinearVariant } from './variants/linear';

/**
 * Milliseconds of a product by a variant.
 * @param best of the variants so far: what is far from it need not be timed well
 */
export type TimeProduct = (
  shape: LinearShape,
  variant: LinearVariant,
  best?: number,
) => Promise<number>;

export interface TimerParts {
  readonly library: KernelLibrary;
  /** GFLOP/s; see `PaceParts`. */
  readonly gflops: number;
  readonly tickMs: number;
}

/** A stretch that is timed takes this long at least, in ms and in ticks of the clock. */
const stretchMs = 3;
const stretchTicks = 4;

/** Multiply-adds of a program that is timed, and most products in it. */
const programWork = 5e8;
const mostProducts = 32;

const tries = 3;

/** What is not worth another try after the first, against the best so far. */
const hopeless = 2;

/** Times products on a device, on zeros, many in a submission so that it is not what is timed. */
export function productTimer({ library, gflops, tickMs }: TimerParts): TimeProduct {
  return (shape, variant, best = Infinity) =>
    withErrorScopes(library.gpu, 'measuring the kernels', async () => {
      const { queue } = library.gpu.device;
      const choice = new VariantChoice(library.gpu, { linear: variant.name });
      const pace = new Pace({ queue, gflops, tickMs, now: () => performance.now() });
      const lane = new GpuLane({ library, choice, pace });
      const products = Math.max(
        1,
        Math.min(mostProducts, Math.floor(programWork / (shape.rows * shape.k * shape.n))),
      );
      const owned = new Owned();
      try {
        const executable = owned.adopt(await compileProducts(lane, shape, products, owned));
        const stretch = async (runs: number): Promise<number> => {
          const start = performance.now();
          for (let i = 0; i < runs; i++) await executable.run();
          await queue.onSubmittedWorkDone();
          return (performance.now() - start) / (runs * products);
        };
        await stretch(1); // what a first run does besides
        const once = await stretch(1);
        if (once > hopeless * best) return once;
        const least = Math.max(stretchMs, stretchTicks * tickMs);
        const runs = Math.max(1, Math.ceil(least / (once * products)));
        let ms = runs === 1 ? once : Infinity;
        for (let i = 0; i < tries; i++) ms = Math.min(ms, await stretch(runs));
        return ms;
      } finally {
        owned.destroy();
        lane.destroy();
      }
    });
}

/** A program of so many like products, on zeros. */
async function compileProducts(
  lane: GpuLane,
  { rows, k, n, storage: kind, end }: LinearShape,
  products: number,
  owned: Owned,
) {
  const layer: LinearLayer = { kind: 'linear', name: 'layer', n: wholeAxis(n), k: wholeAxis(k) };
  const weights = owned.adopt(lane.createWeights('Tune'));
  await weights.upload({ layer, weight: zeros(kind, { n, k }), bias: new Float32Array(n) });
  const net = new Recorder('Tune');
  const x = net.external('x', rowsOf(rows, layer.k));
  const y = net.external('y', rowsOf(rows, layer.n));
  const gates = net.external('gates', rowsOf(1, layer.n));
  for (let i = 0; i < products; i++) {
    if (end === 'AddGated') net.addGated(y, chunk(gates, 0), x, layer, { tokens: rows });
    else net.linear(x, layer, { into: y });
  }
  const allocate = (name: string, spec: Storage['spec']): Storage =>
    owned.adopt(lane.allocate(`Tune.${name}`, spec));
  const storage = { x: allocate('x', x), y: allocate('y', y), gates: allocate('gates', gates) };
  return lane.compile(net.finish(), { weights, storage });
}

/** A weight that is stored so. */
function zeros(
  storage: WeightStorage,
  { n, k }: { readonly n: number; readonly k: number },
): ProductValues {
  switch (storage) {
    case 'f32':
      return new Float32Array(n * k);
    case 'i8':
      return { integers: new Int8Array(n * k), scales: new Float32Array(n) };
    case 'f16':
    case 'f16-packed':
      return new Uint16Array(n * k);
  }
}
