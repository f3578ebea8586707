import { describe, expect } from 'vitest';
import { attention } from '../../reference/kernels/attention';
import { expectClose } from '../testing/expect-close';
import { padChannels, runDispatches } from '../testing/pictures';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';
import { bindWideAttention } from './wide-attention';

const { gpuTest } = await openGpuTests();

/**
 * @param qkv (N, 3, E)
 * @returns (N, E) with the padding of E
 */
async function run(
  bed: TestBed,
  qkv: Float32Array<ArrayBuffer>,
  tokens: number,
  width: number,
): Promise<Float32Array> {
  const y = bed.output('y', padChannels(new Float32Array(tokens * width), width));
  const buffers = { qkv: bed.input('qkv', padChannels(qkv, width)), y: y.buffer };
  runDispatches(bed, [await bindWideAttention(bed.library, 'Test', { tokens, width }, buffers)]);
  return y.readFloats();
}

async function check(bed: TestBed, tokens: number, width: number, magnitude = 1): Promise<void> {
  const random = seededRandom(tokens * 1000 + width);
  const qkv = randomFloats(random, tokens * 3 * width, magnitude);
  const shape = { items: 1, tokens, heads: 1, headWidth: width };
  const reference = padChannels(attention(qkv, shape, width ** -0.5), width);
  const y = await run(bed, qkv, tokens, width);
  // A score is a sum of E products; its rounding moves the weights by as much.
  const abs = 1e-5 * magnitude * Math.max(1, magnitude ** 2);
  expectClose(y, reference, { abs, rel: 1e-5 }, [tokens, reference.length / tokens]);
}

describe('wide attention', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // E = 1: scores of query 0 are (0, 0), so it takes the mean; those of query 1 are
    // (0, ln 3), so the weights are 1/4 and 3/4.
    const qkv = Float32Array.of(0, 0, 4, 1, Math.log(3), 8);
    const y = await run(bed, qkv, 2, 1);
    expectClose(y, [6, 0, 0, 0, 7, 0, 0, 0], { abs: 1e-6, rel: 1e-6 });
  });

  for (const tokens of [1, 7, 31, 63, 65]) {
    for (const width of [4, 6, 24, 260, 512]) {
      gpuTest(`${tokens} tokens, ${width} channels`, (bed) => check(bed, tokens, width));
    }
  }

  gpuTest('large logits take the largest score without overflow', async (bed) => {
    await check(bed, 65, 24, 30);
  });

  gpuTest('a later key that outweighs all before it by far', async (bed) => {
    const qkv = new Float32Array(40 * 3 * 4);
    for (let token = 0; token < 40; token++) {
      qkv[token * 12] = 1;
      qkv[token * 12 + 4] = token === 39 ? 1e4 : -1e4;
      qkv[token * 12 + 8] = token;
    }
    const y = await run(bed, qkv, 40, 4);
    expect([...y.filter((_, i) => i % 4 === 0)]).toEqual(Array<number>(40).fill(39));
  });

  gpuTest('refuses a head that is too wide', async (bed) => {
    const buffers = {
      qkv: bed.input('qkv', new Float32Array(4)),
      y: bed.output('y', new Float32Array(4)).buffer,
    };
    const bound = bindWideAttention(bed.library, 'Test', { tokens: 1, width: 516 }, buffers);
    await expect(bound).rejects.toThrow('at most 512 channels was expected; got 516');
  });
});
