import { describe } from 'vitest';
import type { WeightStorage } from './library';
import { patchEmbed, type PatchShape } from '../../reference/kernels/patch-embed';
import { expectClose, expectSameBits } from '../testing/expect-close';
import type { TestData } from '../testing/guarded-buffer';
import { halfValue, randomHalves } from '../testing/half';
import { usableStorages } from '../testing/linear-case';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Case extends PatchShape {
  readonly items: number;
  readonly images: number;
  /** (images, C, S, S) */
  readonly x: Float32Array<ArrayBuffer>;
  /** (C*P*P, D) */
  readonly weight: TestData;
  readonly bias: Float32Array<ArrayBuffer>;
  /** (N, D) */
  readonly positions: Float32Array<ArrayBuffer>;
}

async function run(bed: TestBed, testCase: Case, storage: WeightStorage): Promise<Float32Array> {
  const { items, images, channels, side, patch, width } = testCase;
  const tokens = (side / patch) ** 2;
  const y = bed.output('y', new Float32Array(items * tokens * width));
  bed.dispatch(
    await bed.library.patchEmbed(storage),
    {
      x: bed.input('x', testCase.x),
      weight: bed.input('weight', testCase.weight),
      bias: bed.input('bias', testCase.bias),
      pos_embed: bed.input('posEmbed', testCase.positions),
      y,
    },
    { dims: { items, images, channels, side, patch_size: patch, width: width / 4 } },
    [Math.ceil(width / 4 / 64), tokens, items],
  );
  return y.readFloats();
}

/** (C*P*P, D) to (D, C*P*P). */
function transpose(weight: ArrayLike<number>, width: number): Float64Array {
  const depth = weight.length / width;
  return Float64Array.from(
    { length: weight.length },
    (_, i) => weight[(i % depth) * width + Math.floor(i / depth)],
  );
}

describe('patch embed', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // One channel, 4 x 4 pixels 0..15, patches of 2: token 0 sees 0, 1, 4, 5. Column d of w picks
    // pixel d of the patch, bias is 100, the position of token t adds 1000 t.
    const y = await run(
      bed,
      {
        items: 1,
        images: 1,
        channels: 1,
        side: 4,
        patch: 2,
        width: 4,
        x: Float32Array.from({ length: 16 }, (_, i) => i),
        weight: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
        bias: new Float32Array(4).fill(100),
        positions: Float32Array.from({ length: 16 }, (_, i) => 1000 * Math.floor(i / 4)),
      },
      'f32',
    );
    const token0 = [100, 101, 104, 105];
    const token1 = [1102, 1103, 1106, 1107];
    const token2 = [2108, 2109, 2112, 2113];
    const token3 = [3110, 3111, 3114, 3115];
    expectSameBits(y, Float32Array.of(...token0, ...token1, ...token2, ...token3));
  });

  for (const [items, images, channels, side, patch, width] of [
    [1, 1, 1, 1, 1, 4],
    [2, 1, 4, 6, 2, 12],
    [6, 3, 8, 4, 2, 260],
    [1, 1, 3, 12, 4, 68],
    [5, 5, 4, 8, 8, 100],
  ]) {
    const name = `${items} items of ${images} images, ${channels} x ${side} x ${side} by ${patch}, width ${width}`;
    gpuTest(name, async (bed) => {
      const random = seededRandom(width);
      const tokens = (side / patch) ** 2;
      const halves = randomHalves(random, channels * patch * patch * width);
      const values = Float32Array.from(halves, halfValue);
      const shape = { channels, side, patch, width };
      const common = {
        ...shape,
        items,
        images,
        x: randomFloats(random, images * channels * side * side),
        bias: randomFloats(random, width),
        positions: randomFloats(random, tokens * width),
      };
      const pixels = channels * side * side;
      // Under guidance the second half of the items sees the same images again.
      const reference = Array.from({ length: items }, (_, item) => {
        const start = (item % images) * pixels;
        const image = common.x.subarray(start, start + pixels);
        const weight = transpose(values, width);
        return [...patchEmbed(image, weight, common.bias, common.positions, shape)];
      }).flat();
      let first: Float32Array | undefined;
      for (const storage of usableStorages(bed.library)) {
        const weight = storage === 'f32' ? values : halves;
        const y = await run(bed, { ...common, weight }, storage);
        expectClose(y, reference, { abs: 1e-5, rel: 1e-5 }, [items, tokens, width]);
        first ??= y;
        expectSameBits(y, first);
      }
    });
  }
});
