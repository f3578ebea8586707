import { describe } from 'vitest';
import { attention, type AttentionShape } from '../../reference/kernels/attention';
import { expectClose, type Tolerance } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

const queriesPerWorkgroup = 64;

async function run(
  bed: TestBed,
  qkv: Float32Array<ArrayBuffer>,
  shape: AttentionShape,
  scale: number,
): Promise<Float32Array> {
  const { items, tokens, heads, headWidth } = shape;
  const kernel = await bed.library.plain('attention', { HEAD_VEC4: headWidth / 4 });
  const y = bed.output('y', new Float32Array(items * tokens * heads * headWidth));
  bed.dispatch(
    kernel,
    {
      qkv: bed.input('qkv', qkv),
      // Records of another evaluation and of another layer stand before this one's.
      width_table: bed.input('widthTable', Uint32Array.of(7, 7, 7, 7, heads, 0)),
      y,
    },
    { dims: { tokens, record: 3, scale }, step: { table_base: 1 } },
    [Math.ceil(tokens / queriesPerWorkgroup), heads, items],
  );
  return y.readFloats();
}

async function check(
  bed: TestBed,
  qkv: Float32Array<ArrayBuffer>,
  shape: AttentionShape,
  tolerance: Tolerance = { abs: 2e-6, rel: 1e-5 },
) {
  const scale = shape.headWidth ** -0.5;
  const { items, tokens, heads, headWidth } = shape;
  expectClose(await run(bed, qkv, shape, scale), attention(qkv, shape, scale), tolerance, [
    items,
    tokens,
    heads,
    headWidth,
  ]);
}

function randomQkv(seed: number, shape: AttentionShape, scale = 1): Float32Array<ArrayBuffer> {
  const { items, tokens, heads, headWidth } = shape;
  return randomFloats(seededRandom(seed), items * tokens * 3 * heads * headWidth, scale);
}

describe('attention', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // Two tokens, one head of 4. q = (ln 3, 0, 0, 0) for both; k0 = (1, 0, 0, 0), k1 = 0; scale 1:
    // scores ln 3 and 0, weights 3/4 and 1/4. v0 = (4, 8, 0, 0), v1 = (0, 4, 8, 12).
    const q = [Math.log(3), 0, 0, 0];
    const qkv = Float32Array.of(...q, 1, 0, 0, 0, 4, 8, 0, 0, ...q, 0, 0, 0, 0, 0, 4, 8, 12);
    const y = await run(bed, qkv, { items: 1, tokens: 2, heads: 1, headWidth: 4 }, 1);
    expectClose(y, [3, 7, 2, 3, 3, 7, 2, 3], { abs: 0, rel: 1e-6 });
  });

  for (const [items, tokens, heads, headWidth] of [
    [1, 1, 1, 4],
    [2, 63, 3, 12],
    [1, 64, 2, 32],
    [3, 65, 1, 36],
    [1, 17, 5, 72],
    [1, 130, 1, 128],
  ]) {
    gpuTest(`${items} x ${tokens} tokens, ${heads} heads of ${headWidth}`, async (bed) => {
      const shape = { items, tokens, heads, headWidth };
      await check(bed, randomQkv(tokens, shape), shape);
    });
  }

  gpuTest('sharp scores of 1e3 and more', async (bed) => {
    const shape = { items: 1, tokens: 65, heads: 2, headWidth: 16 };
    const qkv = randomQkv(1, shape);
    for (let i = 0; i < qkv.length; i++) {
      const part = Math.floor(i / (shape.heads * shape.headWidth)) % 3;
      if (part < 2) qkv[i] *= 40;
    }
    // A score of 3e3 has an ulp of 2e-4 in f32, which is the relative error of a weight.
    await check(bed, qkv, shape, { abs: 2e-3, rel: 2e-3 });
  });

  gpuTest('scores that grow or shrink from tile to tile by hundreds', async (bed) => {
    const shape = { items: 1, tokens: 80, heads: 1, headWidth: 4 };
    for (const direction of [1, -1]) {
      const qkv = randomQkv(2, shape);
      for (let token = 0; token < shape.tokens; token++) {
        qkv.set([1, 0, 0, 0], token * 12);
        qkv.set([direction * 200 * Math.floor(token / 16), 0, 0, 0], token * 12 + 4);
      }
      await check(bed, qkv, shape);
    }
  });

  gpuTest('equal scores average the values, also when all are very negative', async (bed) => {
    const shape = { items: 1, tokens: 33, heads: 1, headWidth: 8 };
    for (const score of [0, -1e4, 1e4]) {
      const qkv = randomQkv(3, shape);
      for (let token = 0; token < shape.tokens; token++) {
        qkv.set([100, 0, 0, 0, 0, 0, 0, 0], token * 24);
        qkv.set([(score / 100) * Math.sqrt(8), 0, 0, 0, 0, 0, 0, 0], token * 24 + 8);
      }
      await check(bed, qkv, shape);
    }
  });
});
