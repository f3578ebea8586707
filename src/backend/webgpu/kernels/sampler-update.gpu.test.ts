import { describe, expect } from 'vitest';
import { samplerUpdate, type StepCoefficients } from '../../reference/kernels/sampler-update';
import { expectClose } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Case {
  readonly items: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly pixels: number;
  /** (B, C, S, S) */
  readonly x: Float32Array<ArrayBuffer>;
  readonly noise: Float32Array<ArrayBuffer>;
  /** (B, Cout, S, S) */
  readonly p0: Float32Array<ArrayBuffer>;
  readonly p1: Float32Array<ArrayBuffer>;
}

/** @returns the new latent and the flag that a value is not finite */
async function run(bed: TestBed, testCase: Case, step: StepCoefficients) {
  const { items, channels, outChannels, pixels } = testCase;
  const x = bed.output('x', testCase.x);
  const flags = bed.output('flags', new Uint32Array(4));
  bed.dispatch(
    await bed.library.plain('samplerUpdate'),
    {
      p0: bed.input('p0', testCase.p0),
      p1: bed.input('p1', testCase.p1),
      noise: bed.input('noise', testCase.noise),
      x,
      flags,
    },
    {
      dims: { channels, out_channels: outChannels, pixels },
      coefficients: {
        latent: step.latent,
        weight0: step.weight0,
        weight1: step.weight1,
        noise: step.noise,
        min_log: step.minLog,
        max_log: step.maxLog,
      },
    },
    [Math.ceil(pixels / 64), channels, items],
  );
  const [notFinite, ...rest] = await flags.readUints();
  expect(rest).toEqual([0, 0, 0]);
  return { latent: await x.readFloats(), notFinite };
}

function reference(testCase: Case, step: StepCoefficients): number[] {
  const { channels, outChannels, pixels, x, p0, p1, noise } = testCase;
  return Array.from(x, (value, i) => {
    const item = Math.floor(i / (channels * pixels));
    const at = item * outChannels * pixels + (i % (channels * pixels));
    return samplerUpdate(step, {
      x: value,
      p0: p0[at],
      p1: p1[at],
      noise: noise[i],
      v: outChannels === channels ? undefined : p0[at + channels * pixels],
    });
  });
}

function randomCase(items: number, channels: number, outChannels: number, pixels: number): Case {
  const random = seededRandom(pixels);
  return {
    items,
    channels,
    outChannels,
    pixels,
    x: randomFloats(random, items * channels * pixels, 3),
    noise: randomFloats(random, items * channels * pixels, 3),
    p0: randomFloats(random, items * outChannels * pixels),
    p1: randomFloats(random, items * outChannels * pixels),
  };
}

const ancestral: StepCoefficients = {
  latent: 1.01,
  weight0: -0.3,
  weight1: 0,
  noise: 1,
  minLog: -6,
  maxLog: -4,
};

const heun: StepCoefficients = {
  latent: 1,
  weight0: 0.02,
  weight1: -0.02,
  noise: 0,
  minLog: 0,
  maxLog: 0,
};

describe('sampler update', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Mean 2*1 + 3*10 - 1*4 = 28. Log variances ln 4 and ln 16; v = 1, -1, 0 give the deviations
    // 4, 2 and sqrt 8, times noise 1, 1, 2.
    const testCase: Case = {
      items: 1,
      channels: 1,
      outChannels: 2,
      pixels: 3,
      x: Float32Array.of(1, 1, 1),
      noise: Float32Array.of(1, 1, 2),
      p0: Float32Array.of(10, 10, 10, 1, -1, 0),
      p1: Float32Array.of(4, 4, 4, 9, 9, 9),
    };
    const step = {
      latent: 2,
      weight0: 3,
      weight1: -1,
      noise: 1,
      minLog: Math.log(4),
      maxLog: Math.log(16),
    };
    const { latent, notFinite } = await run(bed, testCase, step);
    expectClose(latent, [32, 30, 28 + 2 * Math.sqrt(8)], { abs: 0, rel: 1e-6 });
    expect(notFinite).toBe(0);
  });

  for (const [items, channels, outChannels, pixels] of [
    [1, 1, 1, 1],
    [3, 4, 8, 63],
    [2, 8, 8, 65],
    [5, 3, 6, 256],
  ]) {
    const name = `${items} x ${channels} of ${outChannels} x ${pixels}`;
    gpuTest(`${name}, with noise and without`, async (bed) => {
      const testCase = randomCase(items, channels, outChannels, pixels);
      for (const step of [ancestral, heun]) {
        const { latent, notFinite } = await run(bed, testCase, step);
        const shape = [items, channels, pixels];
        expectClose(latent, reference(testCase, step), { abs: 1e-6, rel: 1e-6 }, shape);
        expect(notFinite).toBe(0);
      }
    });
  }

  gpuTest('noise and variance of a step without noise are not looked at', async (bed) => {
    const testCase = randomCase(1, 2, 4, 10);
    testCase.noise.fill(NaN);
    testCase.p0.fill(Infinity, 20);
    const { latent, notFinite } = await run(bed, testCase, heun);
    expectClose(latent, reference(testCase, heun), { abs: 1e-6, rel: 1e-6 });
    expect(notFinite).toBe(0);
  });

  gpuTest('tells NaN and infinities, wherever they come from', async (bed) => {
    const last = 2 * 3 * 65 - 1;
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const where of ['x', 'noise', 'p0', 'p1'] as const) {
        for (const at of [0, last]) {
          const testCase = randomCase(2, 3, 3, 65);
          testCase[where][at] = bad;
          const { latent, notFinite } = await run(bed, testCase, { ...ancestral, weight1: 1 });
          expect(notFinite, `${bad} in ${where}`).toBe(1);
          expect(latent.findIndex((value) => !Number.isFinite(value))).toBe(at);
        }
      }
    }
  });

  gpuTest('tells an overflow from a large value', async (bed) => {
    const testCase = randomCase(1, 1, 1, 4);
    testCase.x[2] = 3e38;
    const still = { ...heun, weight0: 0, weight1: 0 };
    expect((await run(bed, testCase, still)).notFinite).toBe(0);
    expect((await run(bed, testCase, { ...still, latent: 2 })).notFinite).toBe(1);
  });
});
