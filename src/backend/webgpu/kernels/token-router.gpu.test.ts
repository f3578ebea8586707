import { describe, expect } from 'vitest';
import { tokenLogit, type TokenRouterWeights } from '../../reference/kernels/token-router';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

const rowsPerWorkgroup = 4;

/** Decisions of other layers, which stay as they are. */
const untouched = 5;

interface Case extends TokenRouterWeights {
  readonly width: number;
  /** (rows, D) */
  readonly x: Float32Array<ArrayBuffer>;
}

/** Runs the router of the second of three layers. */
async function run(bed: TestBed, testCase: Case): Promise<number[]> {
  const { width, x, weight1, bias1, weight2, bias2 } = testCase;
  const rows = x.length / width;
  const hidden = bias1.length;
  const transposed = Float32Array.from(
    { length: width * hidden },
    (_, i) => weight1[(i % hidden) * width + Math.floor(i / hidden)],
  );
  const kept = bed.output('kept', new Uint32Array(3 * rows).fill(untouched));
  bed.dispatch(
    await bed.library.plain('tokenRouter'),
    {
      x: bed.input('x', x),
      w1: bed.input('w1', transposed),
      b1: bed.input('b1', Float32Array.from(bias1)),
      w2: bed.input('w2', Float32Array.of(...Array.from(weight2), bias2)),
      kept,
    },
    { dims: { rows, width: width / 4, hidden, kept_start: rows } },
    [Math.ceil(rows / rowsPerWorkgroup)],
  );
  const all = [...(await kept.readUints())];
  const others = [...all.slice(0, rows), ...all.slice(2 * rows)];
  expect(others).toEqual(new Array<number>(2 * rows).fill(untouched));
  return all.slice(rows, 2 * rows);
}

function randomCase(seed: number, rows: number, width: number, hidden: number): Case {
  const random = seededRandom(seed);
  return {
    width,
    x: randomFloats(random, rows * width, 2),
    weight1: randomFloats(random, hidden * width),
    bias1: randomFloats(random, hidden),
    weight2: randomFloats(random, hidden),
    bias2: 0.1,
  };
}

function logits(testCase: Case): number[] {
  const { width, x } = testCase;
  return Array.from({ length: x.length / width }, (_, row) =>
    tokenLogit(x.subarray(row * width, (row + 1) * width), testCase),
  );
}

describe('token router', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Units: relu(x0 + 1) and relu(-x1); logit = 2 u0 - u1 - 1. Tokens (x0, x1):
    // (0, 0): 2 - 0 - 1 = 1, kept. (0, -1): 2 - 1 - 1 = 0, not kept: 0 is not over 0.
    // (-2, 5): 0 - 0 - 1, not kept. (3, -6): 8 - 6 - 1 = 1, kept. (-1, -9): 0 - 9 - 1, not kept.
    const tokens = [
      [0, 0],
      [0, -1],
      [-2, 5],
      [3, -6],
      [-1, -9],
    ];
    const decisions = await run(bed, {
      width: 4,
      x: Float32Array.from(tokens.flatMap(([x0, x1]) => [x0, x1, 0, 0])),
      weight1: [1, 0, 0, 0, 0, -1, 0, 0],
      bias1: [1, 0],
      weight2: [2, -1],
      bias2: -1,
    });
    expect(decisions).toEqual([1, 0, 0, 1, 0]);
  });

  for (const [rows, width, hidden] of [
    [1, 4, 1],
    [63, 12, 3],
    [65, 68, 4],
    [5, 256, 16],
    [64, 260, 17],
    [7, 1152, 72],
  ]) {
    gpuTest(`${rows} tokens of width ${width}, ${hidden} hidden units`, async (bed) => {
      const testCase = randomCase(rows, rows, width, hidden);
      const reference = logits(testCase);
      // A logit nearer to 0 than f32 can tell would decide nothing; the seeds avoid it.
      expect(Math.min(...reference.map(Math.abs))).toBeGreaterThan(1e-4);
      expect(await run(bed, testCase)).toEqual(reference.map((logit) => (logit > 0 ? 1 : 0)));
    });
  }

  gpuTest('a bias decides for all or none', async (bed) => {
    const testCase = randomCase(9, 10, 16, 1);
    expect(await run(bed, { ...testCase, bias2: 1e3 })).toEqual(new Array<number>(10).fill(1));
    expect(await run(bed, { ...testCase, bias2: -1e3 })).toEqual(new Array<number>(10).fill(0));
  });
});
