import { describe } from 'vitest';
import { cleanEstimate } from '../../reference/kernels/clean-estimate';
import { expectClose, expectSameBits } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Shape {
  readonly items: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly pixels: number;
}

async function run(
  bed: TestBed,
  x: Float32Array<ArrayBuffer>,
  p: Float32Array<ArrayBuffer>,
  { items, channels, outChannels, pixels }: Shape,
  coefficients: { readonly latent: number; readonly prediction: number },
): Promise<Float32Array> {
  const y = bed.output('y', new Float32Array(x.length));
  bed.dispatch(
    await bed.library.plain('cleanEstimate'),
    { x: bed.input('x', x), p: bed.input('p', p), y },
    { dims: { channels, out_channels: outChannels, pixels }, coefficients },
    [Math.ceil(pixels / 64), channels, items],
  );
  return y.readFloats();
}

describe('clean estimate', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Two items of one channel and two pixels; the second channel of p is a variance, not read.
    const x = Float32Array.of(1, 2, 3, 4);
    const p = Float32Array.of(10, 20, NaN, NaN, 30, 40, NaN, NaN);
    const shape = { items: 2, channels: 1, outChannels: 2, pixels: 2 };
    const y = await run(bed, x, p, shape, { latent: 2, prediction: -0.5 });
    expectSameBits(y, Float32Array.of(-3, -6, -9, -12));
  });

  for (const shape of [
    { items: 1, channels: 1, outChannels: 1, pixels: 1 },
    { items: 2, channels: 4, outChannels: 8, pixels: 63 },
    { items: 3, channels: 8, outChannels: 8, pixels: 65 },
  ]) {
    const { items, channels, outChannels, pixels } = shape;
    gpuTest(`${items} x ${channels} of ${outChannels} x ${pixels}`, async (bed) => {
      const random = seededRandom(pixels);
      const x = randomFloats(random, items * channels * pixels, 3);
      const p = randomFloats(random, items * outChannels * pixels, 3);
      const coefficients = { latent: 1.25, prediction: -0.75 };
      const reference = Array.from(x, (value, i) => {
        const item = Math.floor(i / (channels * pixels));
        const within = i % (channels * pixels);
        return cleanEstimate(coefficients, value, p[item * outChannels * pixels + within]);
      });
      const y = await run(bed, x, p, shape, coefficients);
      expectClose(y, reference, { abs: 1e-6, rel: 1e-6 }, [items, channels, pixels]);
    });
  }
});
