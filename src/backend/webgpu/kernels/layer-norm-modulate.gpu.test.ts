import { describe } from 'vitest';
import { normTileRows } from './library';
import { layerNormModulate } from '../../reference/kernels/layer-norm-modulate';
import { expectClose, expectSameBits } from '../testing/expect-close';
import { rowList } from '../testing/linear-case';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Case {
  readonly width: number;
  readonly tokensPerItem: number;
  /** Token of each row. */
  readonly tokens: readonly number[];
  /** (B*N, D) */
  readonly x: Float32Array<ArrayBuffer>;
  /** (B, chunks * D), shift in chunk 1 and scale in chunk 3. */
  readonly modulation: Float32Array<ArrayBuffer>;
}

const chunks = 4;
const shiftChunk = 1;
const scaleChunk = 3;

async function run(bed: TestBed, { width, tokensPerItem, tokens, x, modulation }: Case) {
  const y = bed.output('y', new Float32Array(tokens.length * width));
  bed.dispatch(
    await bed.library.plain('layerNormModulate'),
    {
      x: bed.input('x', x),
      modulation: bed.input('modulation', modulation),
      rows: bed.input('rows', rowList(tokens)),
      y,
    },
    {
      dims: {
        width: width / 4,
        tokens: tokensPerItem,
        stride: (chunks * width) / 4,
        shift: (shiftChunk * width) / 4,
        scale: (scaleChunk * width) / 4,
      },
    },
    [Math.ceil(tokens.length / normTileRows)],
  );
  return y.readFloats();
}

function reference({ width, tokensPerItem, tokens, x, modulation }: Case): number[] {
  return tokens.flatMap((token) => {
    const chunk = (index: number) => {
      const start = (Math.floor(token / tokensPerItem) * chunks + index) * width;
      return modulation.subarray(start, start + width);
    };
    const row = x.subarray(token * width, (token + 1) * width);
    return [...layerNormModulate(row, chunk(shiftChunk), chunk(scaleChunk))];
  });
}

async function check(bed: TestBed, testCase: Case) {
  expectClose(await run(bed, testCase), reference(testCase), { abs: 2e-6, rel: 1e-5 }, [
    testCase.tokens.length,
    testCase.width,
  ]);
}

function randomCase(
  seed: number,
  items: number,
  tokensPerItem: number,
  width: number,
  tokens = Array.from({ length: items * tokensPerItem }, (_, i) => i),
): Case {
  const random = seededRandom(seed);
  return {
    width,
    tokensPerItem,
    tokens,
    x: randomFloats(random, items * tokensPerItem * width, 3),
    modulation: randomFloats(random, items * chunks * width),
  };
}

describe('layer norm and modulate', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // (-3, -1, 1, 3) * 100 has mean 0 and variance 50000 (eps is 2e-11 of that): normed is
    // (-3, -1, 1, 3) / sqrt 5. Times 1 + scale, plus shift.
    const root = Math.sqrt(5);
    const y = await run(bed, {
      width: 4,
      tokensPerItem: 1,
      tokens: [0],
      x: Float32Array.of(-300, -100, 100, 300),
      modulation: Float32Array.of(5, 5, 5, 5, 1, 2, 3, 4, 5, 5, 5, 5, 0, 1, -1, 3),
    });
    expectClose(y, [1 - 3 / root, 2 - 2 / root, 3, 4 + 12 / root], { abs: 1e-6, rel: 1e-6 });
  });

  for (const [items, tokensPerItem, width] of [
    [1, 1, 4],
    [3, 21, 12],
    [5, 13, 68],
    [1, 63, 256],
    [2, 3, 260],
    [1, 2, 1152],
  ]) {
    gpuTest(`${items} x ${tokensPerItem} tokens of width ${width}`, async (bed) => {
      await check(bed, randomCase(width, items, tokensPerItem, width));
    });
  }

  gpuTest('packs the listed tokens, each with the modulation of its item', async (bed) => {
    await check(bed, randomCase(1, 3, 7, 36, [2, 6, 7, 19, 20]));
  });

  gpuTest('a constant row becomes the shift', async (bed) => {
    const testCase = randomCase(2, 1, 2, 64);
    testCase.x.fill(1e4);
    const shift = testCase.modulation.subarray(shiftChunk * 64, (shiftChunk + 1) * 64);
    expectSameBits(await run(bed, testCase), Float32Array.of(...shift, ...shift));
  });

  gpuTest('a large mean does not swallow the variance', async (bed) => {
    // A one-pass variance, E[x^2] - E[x]^2, would lose all of it at 4096 +- 1/4.
    const testCase = randomCase(3, 1, 1, 64);
    testCase.x.forEach((_, i) => (testCase.x[i] = 4096 + (i % 2 ? 0.25 : -0.25)));
    await check(bed, testCase);
  });

  gpuTest('tiny values are held down by eps', async (bed) => {
    const testCase = randomCase(4, 1, 3, 32);
    testCase.x.forEach((value, i) => (testCase.x[i] = value * 1e-4));
    await check(bed, testCase);
  });

  gpuTest('no row writes nothing', async (bed) => {
    await check(bed, randomCase(5, 1, 4, 8, []));
  });
});
