import { describe } from 'vitest';
import { guide } from '../../reference/kernels/guidance';
import { expectClose, expectSameBits } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Shape {
  readonly images: number;
  readonly halves: 1 | 2;
  readonly channels: number;
  readonly guided: number;
  readonly pixels: number;
}

async function run(
  bed: TestBed,
  x: Float32Array<ArrayBuffer>,
  { images, halves, channels, guided, pixels }: Shape,
  scale: number,
): Promise<Float32Array> {
  const y = bed.output('y', new Float32Array(x.length));
  bed.dispatch(
    await bed.library.plain('guidance'),
    { x: bed.input('x', x), y },
    { dims: { images, channels, guided, pixels, scale, halves } },
    [Math.ceil(pixels / 64), channels, images * halves],
  );
  return y.readFloats();
}

function randomPrediction({ images, halves, channels, pixels }: Shape) {
  return randomFloats(seededRandom(pixels), images * halves * channels * pixels);
}

describe('guidance', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Two channels of one pixel, the first guided: 2 + 4 * (3 - 2) = 6 in both halves; the second
    // stays each half's own.
    const shape: Shape = { images: 1, halves: 2, channels: 2, guided: 1, pixels: 1 };
    const y = await run(bed, Float32Array.of(3, 10, 2, 20), shape, 4);
    expectSameBits(y, Float32Array.of(6, 10, 6, 20));
  });

  for (const shape of [
    { images: 1, halves: 2, channels: 8, guided: 3, pixels: 63 },
    { images: 3, halves: 2, channels: 4, guided: 4, pixels: 65 },
    { images: 2, halves: 2, channels: 1, guided: 1, pixels: 1 },
    { images: 2, halves: 2, channels: 5, guided: 0, pixels: 256 },
  ] as const) {
    const { images, channels, guided, pixels } = shape;
    gpuTest(
      `${images} images, ${guided} of ${channels} channels, ${pixels} pixels`,
      async (bed) => {
        const x = randomPrediction(shape);
        const scale = 4.5;
        const half = images * channels * pixels;
        const reference = Array.from(x, (own, i) => {
          const isGuided = Math.floor(i / pixels) % channels < guided;
          return isGuided ? guide(x[i % half], x[(i % half) + half], scale) : own;
        });
        const y = await run(bed, x, shape, scale);
        expectClose(y, reference, { abs: 1e-6, rel: 1e-6 }, [2 * images, channels, pixels]);
      },
    );
  }

  gpuTest('without a second half it copies', async (bed) => {
    const shape: Shape = { images: 3, halves: 1, channels: 4, guided: 4, pixels: 65 };
    const x = randomPrediction(shape);
    expectSameBits(await run(bed, x, shape, 7), x);
  });

  gpuTest('scale 0 gives the unconditional half', async (bed) => {
    const shape: Shape = { images: 2, halves: 2, channels: 3, guided: 3, pixels: 10 };
    const x = randomPrediction(shape);
    const unconditional = x.subarray(x.length / 2);
    const expected = Float32Array.of(...unconditional, ...unconditional);
    expectSameBits(await run(bed, x, shape, 0), expected);
  });
});
