import { describe } from 'vitest';
import type { Activation, LinearVariant, WeightStorage } from './library';
import { geluTanh, silu } from '../../reference/kernels/activation';
import { activeElements, linear } from '../../reference/kernels/linear';
import { expectClose, expectSameBits } from '../testing/expect-close';
import {
  linearGrid,
  linearOperands,
  randomLinear,
  variantsAndStorages,
  wholeAxis,
  type GroupedAxis,
  type LinearCase,
} from '../testing/linear-case';
import { seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

const referenceActivations: Readonly<Record<Activation, (v: number) => number>> = {
  none: (v) => v,
  gelu: geluTanh,
  silu,
};

const ascending = (count: number) => Array.from({ length: count }, (_, i) => i);

async function run(
  bed: TestBed,
  layer: LinearCase,
  storage: WeightStorage,
  variant: LinearVariant,
  activation: Activation = 'none',
): Promise<Float32Array> {
  const { rows, n } = layer.inputs;
  const columns = activeElements(n).length;
  const { bindings, uniforms } = linearOperands(bed, layer, storage, ascending(rows));
  const y = bed.output('y', new Float32Array(rows * columns));
  const kernel = await bed.library.linear(storage, activation, variant);
  bed.dispatch(kernel, { ...bindings, y }, uniforms, linearGrid(variant, rows, columns));
  return y.readFloats();
}

/** Every variant and storage is near the reference, and all have the same bits. */
async function check(bed: TestBed, layer: LinearCase, activation: Activation = 'none') {
  const { rows, n } = layer.inputs;
  const reference = linear(layer.inputs, referenceActivations[activation]);
  let first: Float32Array | undefined;
  for (const [variant, storage] of variantsAndStorages(bed.library)) {
    const y = await run(bed, layer, storage, variant, activation);
    expectClose(y, reference, { abs: 5e-5, rel: 1e-5 }, [rows, activeElements(n).length]);
    first ??= y;
    expectSameBits(y, first);
  }
}

describe('linear', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // w[k][n] = 10k + n; only the second group of four is active on either side. With
    // x = (1, 2, 3, 4) on k = 4..7: 10 * (4 + 10 + 18 + 28) + 10n, and a bias of n/2.
    const second: GroupedAxis = { size: 4, count: 2, active: [1] };
    const weight = Float32Array.from({ length: 64 }, (_, i) => 10 * Math.floor(i / 8) + (i % 8));
    const layer: LinearCase = {
      inputs: {
        rows: 1,
        x: Float32Array.of(1, 2, 3, 4),
        weight,
        bias: Float32Array.from({ length: 8 }, (_, n) => n / 2),
        inWidth: 8,
        outWidth: 8,
        k: second,
        n: second,
      },
      halves: new Uint16Array(64),
    };
    for (const variant of ['naive', 'register', 'tiled'] as const) {
      const y = await run(bed, layer, 'f32', variant);
      expectSameBits(y, Float32Array.of(642, 652.5, 663, 673.5));
    }
  });

  for (const rows of [1, 63, 65]) {
    for (const [inWidth, outWidth] of [
      [4, 68],
      [12, 4],
      [68, 100],
      [100, 12],
      [260, 260],
    ]) {
      gpuTest(`${rows} rows, ${inWidth} to ${outWidth}`, async (bed) => {
        const random = seededRandom(rows * 1000 + inWidth);
        await check(bed, randomLinear(random, rows, wholeAxis(inWidth), wholeAxis(outWidth)));
      });
    }
  }

  gpuTest('reads and makes active groups only', async (bed) => {
    const random = seededRandom(1);
    const k: GroupedAxis = { size: 12, count: 5, active: [0, 2, 3] };
    const n: GroupedAxis = { size: 20, count: 6, active: [0, 1, 5] };
    await check(bed, randomLinear(random, 65, k, n));
  });

  gpuTest('one active group of each', async (bed) => {
    const random = seededRandom(2);
    const k: GroupedAxis = { size: 4, count: 3, active: [0] };
    const n: GroupedAxis = { size: 4, count: 3, active: [2] };
    await check(bed, randomLinear(random, 5, k, n));
  });

  for (const activation of ['gelu', 'silu'] as const) {
    gpuTest(`applies ${activation}`, async (bed) => {
      await check(bed, randomLinear(seededRandom(3), 33, wholeAxis(36), wholeAxis(40)), activation);
    });

    gpuTest(`${activation} of large values does not overflow`, async (bed) => {
      const layer = randomLinear(seededRandom(4), 9, wholeAxis(4), wholeAxis(64));
      layer.inputs.x.set([1e3, 0, 0, 0, -1e3, 0, 0, 0, 1e12, 0, 0, 0, -1e12, 0, 0, 0]);
      await check(bed, layer, activation);
    });
  }

  gpuTest('NaN in a row stays in that row', async (bed) => {
    const layer = randomLinear(seededRandom(5), 34, wholeAxis(20), wholeAxis(8));
    layer.inputs.x[33 * 20] = NaN;
    await check(bed, layer);
  });
});
