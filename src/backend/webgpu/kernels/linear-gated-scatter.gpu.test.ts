import { describe } from 'vitest';
import type { LinearVariant, WeightStorage } from './library';
import { linearGatedScatter } from '../../reference/kernels/linear';
import { expectClose, expectSameBits } from '../testing/expect-close';
import {
  linearGrid,
  linearOperands,
  randomLinear,
  variantsAndStorages,
  wholeAxis,
  type LinearCase,
} from '../testing/linear-case';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Branch {
  readonly layer: LinearCase;
  readonly tokens: readonly number[];
  readonly tokensPerItem: number;
  readonly residual: Float32Array<ArrayBuffer>;
  /** (B, stride) */
  readonly modulation: Float32Array<ArrayBuffer>;
  readonly stride: number;
  /** First column of the gate. */
  readonly offset: number;
}

async function run(
  bed: TestBed,
  branch: Branch,
  storage: WeightStorage,
  variant: LinearVariant,
  gridRows = branch.tokens.length,
): Promise<Float32Array> {
  const { layer, tokens, tokensPerItem, residual, modulation, stride, offset } = branch;
  const { bindings, uniforms } = linearOperands(bed, layer, storage, tokens);
  const y = bed.output('y', residual);
  const columns = layer.inputs.outWidth;
  bed.dispatch(
    await bed.library.linearGatedScatter(storage, variant),
    { ...bindings, modulation: bed.input('modulation', modulation), y },
    { ...uniforms, gate: { tokens: tokensPerItem, stride: stride / 4, offset: offset / 4 } },
    linearGrid(variant, gridRows, columns),
  );
  return y.readFloats();
}

/** Every variant and storage is near the reference, and all have the same bits. */
async function check(bed: TestBed, branch: Branch) {
  const { layer, modulation, stride, offset } = branch;
  const reference = linearGatedScatter(layer.inputs, {
    ...branch,
    gate: (item, column) => modulation[item * stride + offset + column],
  });
  let first: Float32Array | undefined;
  for (const [variant, storage] of variantsAndStorages(bed.library)) {
    const y = await run(bed, branch, storage, variant);
    expectClose(y, reference, { abs: 5e-5, rel: 1e-5 }, [
      branch.residual.length / layer.inputs.outWidth,
      layer.inputs.outWidth,
    ]);
    first ??= y;
    expectSameBits(y, first);
  }
}

/** A branch on `tokens` of `items` items, with the gate in the third of six chunks. */
function randomBranch(
  seed: number,
  items: number,
  tokensPerItem: number,
  tokens: readonly number[],
  width: number,
  k = wholeAxis(width),
): Branch {
  const random = seededRandom(seed);
  return {
    layer: randomLinear(random, tokens.length, k, wholeAxis(width)),
    tokens,
    tokensPerItem,
    residual: randomFloats(random, items * tokensPerItem * width),
    modulation: randomFloats(random, items * 6 * width),
    stride: 6 * width,
    offset: 2 * width,
  };
}

const ascending = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('linear with gated scatter', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // One row, token 2 of item 1 (two tokens an item: token 3 of the batch). x w + b = x + 1 with
    // w the identity; gate (1, 2, 3, 4); residual 10 everywhere: 10 + gate * (x + 1).
    const identity = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
    const branch: Branch = {
      layer: {
        inputs: {
          rows: 1,
          x: Float32Array.of(1, 2, 3, 4),
          weight: identity,
          bias: new Float32Array(4).fill(1),
          inWidth: 4,
          outWidth: 4,
          k: wholeAxis(4),
          n: wholeAxis(4),
        },
        halves: new Uint16Array(16),
      },
      tokens: [3],
      tokensPerItem: 2,
      residual: new Float32Array(16).fill(10),
      modulation: Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 1, 2, 3, 4),
      stride: 8,
      offset: 4,
    };
    const expected = new Float32Array(16).fill(10);
    expected.set([12, 16, 22, 30], 12);
    for (const variant of ['naive', 'register', 'tiled'] as const) {
      expectSameBits(await run(bed, branch, 'f32', variant), expected);
    }
  });

  for (const [items, tokensPerItem, width] of [
    [1, 1, 4],
    [1, 63, 12],
    [5, 13, 68],
    [3, 22, 100],
  ]) {
    gpuTest(`all tokens, ${items} x ${tokensPerItem} of width ${width}`, async (bed) => {
      const all = ascending(items * tokensPerItem);
      await check(bed, randomBranch(items, items, tokensPerItem, all, width));
    });
  }

  gpuTest('some tokens of each item, active groups of inputs', async (bed) => {
    const kept = ascending(4 * 17).filter((token) => token % 3 === 1);
    const k = { size: 12, count: 6, active: [0, 3, 4] };
    await check(bed, randomBranch(7, 4, 17, kept, 72, k));
  });

  gpuTest('a grid for more rows than there are leaves the other tokens', async (bed) => {
    const branch = randomBranch(8, 2, 40, [0, 79], 20);
    const first = await run(bed, branch, 'f32', 'naive');
    for (const variant of ['naive', 'register', 'tiled'] as const) {
      expectSameBits(await run(bed, branch, 'f32', variant, 80), first);
    }
  });

  gpuTest('no token changes nothing', async (bed) => {
    const branch = randomBranch(9, 2, 3, [], 8);
    for (const variant of ['naive', 'register', 'tiled'] as const) {
      // The grid of one row stands for a device that rounds an empty grid up.
      expectSameBits(await run(bed, branch, 'f32', variant, 1), branch.residual);
      expectSameBits(await run(bed, branch, 'f32', variant, 0), branch.residual);
    }
  });
});
