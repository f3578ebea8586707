import { describe, expect } from 'vitest';
import {
  bindConv1x1,
  bindConv3x3,
  packConvWeight,
  packedConvLength,
  type ConvBuffers,
} from './conv';
import type { WeightStorage } from './library';
import { conv, type ConvReferenceShape } from '../../reference/kernels/conv';
import { expectClose } from '../testing/expect-close';
import { halfValue, randomHalves } from '../testing/half';
import { usableStorages } from '../testing/linear-case';
import { padChannels, runDispatches } from '../testing/pictures';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface ConvCase {
  readonly shape: ConvReferenceShape;
  readonly x: Float32Array<ArrayBuffer>;
  /** (N, C, size, size) as f16 bits. */
  readonly halves: Uint16Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
  readonly residual?: Float32Array<ArrayBuffer>;
}

function randomCase(
  seed: number,
  width: number,
  height: number,
  [inChannels, outChannels]: readonly [number, number],
  more: { size?: 1 | 3; upsample?: 1 | 2; residual?: boolean } = {},
): ConvCase {
  const random = seededRandom(seed);
  const { size = 3, upsample = 1, residual = false } = more;
  return {
    shape: { width, height, inChannels, outChannels, size, upsample },
    x: randomFloats(random, (width / upsample) * (height / upsample) * inChannels),
    halves: randomHalves(random, outChannels * inChannels * size ** 2),
    bias: randomFloats(random, outChannels),
    residual: residual ? randomFloats(random, width * height * outChannels) : undefined,
  };
}

/** @returns (height, width, N) with the padding of N. */
async function run(bed: TestBed, test: ConvCase, storage: WeightStorage): Promise<Float32Array> {
  const { width, height, inChannels, outChannels, size, upsample } = test.shape;
  const weightShape = { outChannels, inChannels, taps: size ** 2 };
  const length = packedConvLength(weightShape);
  const weight =
    storage === 'f32'
      ? packConvWeight(
          Float32Array.from(test.halves, halfValue),
          weightShape,
          new Float32Array(length),
        )
      : packConvWeight(test.halves, weightShape, new Uint16Array(length));
  const empty = padChannels(new Float32Array(width * height * outChannels), outChannels);
  const y = bed.output('y', empty);
  const buffers: ConvBuffers = {
    x: bed.input('x', padChannels(test.x, inChannels)),
    weight: bed.input('weight', weight),
    bias: bed.input('bias', padChannels(test.bias, outChannels)),
    residual: test.residual && bed.input('residual', padChannels(test.residual, outChannels)),
    y: y.buffer,
  };
  const channels = { inChannels, outChannels };
  const dispatch =
    size === 1
      ? bindConv1x1(bed.library, 'Test', storage, { pixels: width * height, ...channels }, buffers)
      : bindConv3x3(
          bed.library,
          'Test',
          storage,
          { width, height, ...channels, upsample: upsample === 2 },
          buffers,
        );
  runDispatches(bed, [await dispatch]);
  return y.readFloats();
}

async function check(bed: TestBed, test: ConvCase): Promise<void> {
  const { width, height, outChannels } = test.shape;
  const weight = Float32Array.from(test.halves, halfValue);
  const reference = conv(test.x, weight, test.bias, test.shape).map(
    (value, i) => value + (test.residual?.[i] ?? 0),
  );
  const padded = padChannels(reference, outChannels);
  const shape = [height, width, padded.length / height / width];
  for (const storage of usableStorages(bed.library)) {
    expectClose(await run(bed, test, storage), padded, { abs: 5e-5, rel: 1e-5 }, shape);
  }
}

const channelPairs = [
  [4, 4],
  [3, 5],
  [1, 68],
  [36, 4],
] as const;

describe('conv3x3', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // A single 1 in the middle of 3 x 3 shows the kernel turned by half a turn, here 1..9.
    const test: ConvCase = {
      shape: { width: 3, height: 3, inChannels: 1, outChannels: 1, size: 3, upsample: 1 },
      x: Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0),
      // f16 bits of 1..9
      halves: Uint16Array.of(
        ...[0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700, 0x4800, 0x4880],
      ),
      bias: Float32Array.of(0.5),
    };
    const y = await run(bed, test, 'f32');
    const first = y.filter((_, i) => i % 4 === 0);
    expect([...first]).toEqual([9.5, 8.5, 7.5, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5]);
  });

  for (const [width, height] of [
    [1, 1],
    [5, 3],
    [8, 9],
    [63, 1],
    [1, 65],
    [17, 2],
  ]) {
    for (const channels of channelPairs) {
      gpuTest(`${width} x ${height}, ${channels.join(' to ')} channels`, (bed) =>
        check(bed, randomCase(width * 100 + height, width, height, channels)),
      );
    }
  }

  for (const [width, height] of [
    [2, 2],
    [10, 6],
    [16, 4],
    [126, 2],
  ]) {
    gpuTest(`upsampled to ${width} x ${height}`, (bed) =>
      check(bed, randomCase(width, width, height, [12, 8], { upsample: 2 })),
    );
  }

  gpuTest('adds a residual', (bed) => check(bed, randomCase(1, 9, 5, [8, 12], { residual: true })));

  gpuTest('large values stay exact relative to their size', async (bed) => {
    const test = randomCase(2, 5, 3, [4, 4]);
    for (const [i, value] of test.x.entries()) test.x[i] = value > 0 ? 1e30 : 0;
    test.halves.forEach((bits, i) => (test.halves[i] = bits & 0x7fff));
    await check(bed, test);
  });

  gpuTest('NaN reaches its neighbours and no other pixel', async (bed) => {
    const test = randomCase(3, 12, 5, [4, 4]);
    test.x[(2 * 12 + 11) * 4] = NaN;
    await check(bed, test);
  });

  gpuTest('refuses an odd upsampled side', async (bed) => {
    const test = randomCase(4, 4, 4, [4, 4], { upsample: 2 });
    const odd: ConvCase = { ...test, shape: { ...test.shape, width: 5 } };
    await expect(run(bed, odd, 'f32')).rejects.toThrow('even sides; got 5 x 4');
  });
});

describe('conv1x1', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // (1, 2) through ((1, 2), (3, 4)) with a bias of (0.5, 0).
    const test: ConvCase = {
      shape: { width: 1, height: 1, inChannels: 2, outChannels: 2, size: 1, upsample: 1 },
      x: Float32Array.of(1, 2),
      halves: Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400),
      bias: Float32Array.of(0.5, 0),
    };
    expect([...(await run(bed, test, 'f32'))]).toEqual([5.5, 11, 0, 0]);
  });

  for (const pixels of [1, 63, 65]) {
    for (const channels of channelPairs) {
      for (const residual of [false, true]) {
        const added = residual ? ' and a residual' : '';
        gpuTest(`${pixels} pixels, ${channels.join(' to ')} channels${added}`, (bed) =>
          check(bed, randomCase(pixels, pixels, 1, channels, { size: 1, residual })),
        );
      }
    }
  }

  gpuTest('NaN in a pixel stays in that pixel', async (bed) => {
    const test = randomCase(5, 6, 1, [8, 4], { size: 1 });
    test.x[5 * 8] = NaN;
    await check(bed, test);
  });
});
