import { describe, expect } from 'vitest';
import { bindGroupNorm, groupNormScratchFloats } from './group-norm';
import { silu } from '../../reference/kernels/activation';
import { groupNorm } from '../../reference/kernels/group-norm';
import { expectClose, type Tolerance } from '../testing/expect-close';
import { padChannels, runDispatches } from '../testing/pictures';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

const eps = 1e-6;

interface NormCase {
  /** (pixels, C) */
  readonly x: Float32Array<ArrayBuffer>;
  /** (C) */
  readonly gamma: Float32Array<ArrayBuffer>;
  readonly beta: Float32Array<ArrayBuffer>;
  readonly groups: number;
}

function randomCase(seed: number, pixels: number, channels: number, groups: number): NormCase {
  const random = seededRandom(seed);
  return {
    x: randomFloats(random, pixels * channels, 3),
    gamma: randomFloats(random, channels),
    beta: randomFloats(random, channels),
    groups,
  };
}

/** @returns (pixels, C) with the padding of C. */
async function run(bed: TestBed, test: NormCase, withSilu: boolean): Promise<Float32Array> {
  const channels = test.gamma.length;
  const pixels = test.x.length / channels;
  const padded = padChannels(test.gamma, channels).length;
  const scratch = groupNormScratchFloats(pixels, channels);
  // What a norm before this one may have left behind must not matter.
  const stale = (length: number) => new Float32Array(length).fill(NaN);
  const chunkMeans = bed.output('chunkMeans', stale(scratch));
  const chunkSquares = bed.output('chunkSquares', stale(scratch));
  const mean = bed.output('mean', stale(padded));
  const scale = bed.output('scale', stale(padded));
  const y = bed.output('y', stale(pixels * padded));
  const dispatches = await bindGroupNorm(
    bed.library,
    'Test',
    { pixels, channels, groups: test.groups, eps, silu: withSilu },
    {
      x: bed.input('x', padChannels(test.x, channels)),
      y: y.buffer,
      gamma: bed.input('gamma', padChannels(test.gamma, channels)),
      beta: bed.input('beta', padChannels(test.beta, channels)),
      scratch: {
        chunkMeans: chunkMeans.buffer,
        chunkSquares: chunkSquares.buffer,
        mean: mean.buffer,
        scale: scale.buffer,
      },
    },
  );
  runDispatches(bed, dispatches);
  // Reading also checks the canaries.
  for (const buffer of [chunkMeans, chunkSquares, mean, scale]) await buffer.readFloats();
  return y.readFloats();
}

async function check(
  bed: TestBed,
  test: NormCase,
  tolerance: Tolerance = { abs: 2e-5, rel: 1e-5 },
): Promise<void> {
  const { x, gamma, beta, groups } = test;
  const channels = gamma.length;
  const reference = groupNorm(x, gamma, beta, groups, eps);
  const padded = padChannels(reference, channels);
  const shape = [x.length / channels, padded.length / (x.length / channels)];
  expectClose(await run(bed, test, false), padded, tolerance, shape);
  expectClose(await run(bed, test, true), padded.map(silu), tolerance, shape);
}

describe('group norm', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Mean 4, variance 5.
    const test: NormCase = {
      x: Float32Array.of(1, 3, 5, 7),
      gamma: Float32Array.of(1, 2),
      beta: Float32Array.of(0, 1),
      groups: 1,
    };
    const root = Math.sqrt(5);
    const expected = [-3 / root, -2 / root + 1, 0, 0, 1 / root, 6 / root + 1, 0, 0];
    expectClose(await run(bed, test, false), expected, { abs: 1e-6, rel: 1e-6 });
  });

  for (const pixels of [1, 15, 63, 65, 1030]) {
    for (const [channels, groups] of [
      [6, 3],
      [24, 8],
      [96, 16],
      [5, 1],
      [68, 68],
    ]) {
      gpuTest(`${pixels} pixels, ${channels} channels in ${groups} groups`, (bed) =>
        check(bed, randomCase(pixels * 100 + channels, pixels, channels, groups)),
      );
    }
  }

  gpuTest('more pixels than chunks of the smallest size', (bed) =>
    check(bed, randomCase(1, 16 * 512 + 37, 4, 2)),
  );

  gpuTest('a constant picture becomes beta', async (bed) => {
    const test = randomCase(2, 70, 8, 2);
    test.x.fill(0.1);
    const y = await run(bed, test, false);
    const reference = Float32Array.from(test.x, (_, i) => test.beta[i % 8]);
    expectClose(y, reference, { abs: 1e-4, rel: 0 });
  });

  gpuTest('a mean a thousand deviations away leaves the variance right', async (bed) => {
    // A variance from the mean of squares would be off by more than itself. What is allowed here
    // is the rounding of the mean, 2^-14 at 1000.
    const test = randomCase(3, 300, 8, 2);
    for (const [i, value] of test.x.entries()) test.x[i] = value / 3 + 1000;
    await check(bed, test, { abs: 4e-4, rel: 0 });
  });

  gpuTest('SiLU of large values does not overflow', async (bed) => {
    const test = randomCase(4, 65, 8, 2);
    test.gamma.fill(1e6);
    await check(bed, test, { abs: 1, rel: 1e-5 });
  });

  gpuTest('refuses channels that do not split into the groups', async (bed) => {
    await expect(run(bed, randomCase(5, 4, 8, 3), false)).rejects.toThrow('8 channels, 3 groups');
  });
});
