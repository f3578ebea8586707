import { describe } from 'vitest';
import { unpatchify } from '../../reference/kernels/unpatchify';
import { expectSameBits } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Shape {
  readonly items: number;
  readonly channels: number;
  readonly side: number;
  readonly patch: number;
}

async function run(
  bed: TestBed,
  x: Float32Array<ArrayBuffer>,
  { items, channels, side, patch }: Shape,
  stride: number,
): Promise<Float32Array> {
  const y = bed.output('y', new Float32Array(items * channels * side * side));
  bed.dispatch(
    await bed.library.plain('unpatchify'),
    { x: bed.input('x', x), y },
    { dims: { items, channels, side, patch_size: patch, stride } },
    [Math.ceil((side * side) / 64), channels, items],
  );
  return y.readFloats();
}

describe('unpatchify', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Two channels of 4 x 4, patches of 2: row (h, w) holds, for pixel (p, q) and channel c, the
    // number with the decimal digits h, w, p, q, c.
    const x: number[] = [];
    for (const hw of [0, 1000, 10000, 11000]) {
      for (const pq of [0, 10, 100, 110]) x.push(hw + pq, hw + pq + 1);
    }
    const channel0 = [
      [0, 10, 1000, 1010],
      [100, 110, 1100, 1110],
      [10000, 10010, 11000, 11010],
      [10100, 10110, 11100, 11110],
    ].flat();
    const expected = [...channel0, ...channel0.map((value) => value + 1)];
    const shape = { items: 1, channels: 2, side: 4, patch: 2 };
    const y = await run(bed, Float32Array.from(x), shape, 8);
    expectSameBits(y, Float32Array.from(expected));
  });

  for (const shape of [
    { items: 1, channels: 1, side: 1, patch: 1 },
    { items: 3, channels: 3, side: 6, patch: 1 },
    { items: 2, channels: 8, side: 16, patch: 2 },
    { items: 2, channels: 3, side: 9, patch: 3 },
    { items: 1, channels: 2, side: 16, patch: 8 },
  ]) {
    const { items, channels, side, patch } = shape;
    gpuTest(`${items} x ${channels} x ${side} x ${side} by ${patch}`, async (bed) => {
      const rowLength = patch * patch * channels;
      const stride = Math.ceil(rowLength / 4) * 4;
      const rows = (side / patch) ** 2;
      const x = randomFloats(seededRandom(side), items * rows * stride);
      const reference = Array.from({ length: items }, (_, item) => {
        const unpadded = Array.from({ length: rows }, (_, row) => {
          const start = (item * rows + row) * stride;
          return [...x.subarray(start, start + rowLength)];
        }).flat();
        return [...unpatchify(unpadded, shape)];
      }).flat();
      expectSameBits(await run(bed, x, shape, stride), Float32Array.from(reference));
    });
  }
});
