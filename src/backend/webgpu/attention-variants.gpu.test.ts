import { afterAll, describe, expect, test } from 'vitest';
import { CaseBuilder, gatedEvaluation, headsGate, widthWith } from '../testing/case-builder';
import { expectSameBits } from '../testing/expect-close';
import { resultOf, runCase, type OpCase } from '../testing/run-case';
import { attentionVariants } from './variants/attention';
import type { Forced } from './variants/choice';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

/** What the next program is compiled with. */
const forced: { -readonly [K in keyof Forced]: Forced[K] } = {};
const watched = new WatchedGpu(navigator.gpu);
const backend = await createWebGpuBackend(watched.gpu, { forced });
const [lane] = backend.lanes;
afterAll(() => backend.destroy());

interface Shape {
  readonly items: number;
  readonly tokens: number;
  readonly heads: number;
  readonly size: number;
}

/** Attention of random q, k and v, of all heads but the second. */
function attentionCase({ items, tokens, heads, size }: Shape): OpCase {
  const c = new CaseBuilder(tokens + size);
  const qkv = c.rows('qkv', items * tokens, { groups: 3 * heads, group: size });
  c.expose('y', c.net.attention(qkv, headsGate, { items, tokens }));
  const active = Array.from({ length: heads }, (_, head) => head).filter((head) => head !== 1);
  return c.finish({
    width: widthWith(heads, { heads: active }),
    runs: [{ evaluation: gatedEvaluation }],
  });
}

async function outputOf(test: OpCase): Promise<Float32Array> {
  const y = resultOf(await backend.guard('a test', () => runCase(lane, test)), 'y');
  return new Float32Array(y.buffer, y.byteOffset, y.length);
}

describe('variants of attention give the same bits', () => {
  for (const shape of [
    { items: 1, tokens: 1, heads: 1, size: 32 },
    { items: 2, tokens: 33, heads: 3, size: 18 },
    { items: 1, tokens: 64, heads: 2, size: 32 },
    { items: 1, tokens: 70, heads: 1, size: 64 },
    { items: 2, tokens: 65, heads: 2, size: 72 },
    { items: 1, tokens: 40, heads: 1, size: 128 },
  ]) {
    const { items, tokens, heads, size } = shape;
    test(`${items} items, ${tokens} tokens, ${heads} heads of ${size}`, async () => {
      const test = attentionCase(shape);
      forced.attention = 'direct';
      const expected = await outputOf(test);
      for (const { name } of attentionVariants) {
        forced.attention = name;
        expectSameBits(await outputOf(test), expected);
      }
    });
  }
});

// A matrix of 4096 x 4096 weights would be 64 MiB.
test('4096 tokens: the weighted mean of equal weights, in memory that grows with the tokens', async () => {
  const tokens = 4096;
  const size = 32;
  const c = new CaseBuilder(1);
  // Keys of zeros weigh all values alike; a value is the index of its token.
  const values = Float32Array.from({ length: tokens * 3 * size }, (_, i) => {
    const part = Math.floor(i / size) % 3;
    return part === 2 ? Math.floor(i / (3 * size)) : part === 0 ? 1 : 0;
  });
  const qkv = c.rows('qkv', tokens, { groups: 3, group: size }, values);
  c.expose('y', c.net.attention(qkv, headsGate, { items: 1, tokens }));
  const all = c.finish({
    width: widthWith(1, { heads: [0] }),
    runs: [{ evaluation: gatedEvaluation }],
  });
  forced.attention = 'tiled32x32';
  const y = await outputOf(all);
  const mean = (tokens - 1) / 2;
  const error = y.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  expect(error).toBeLessThan(0.05);
  expect(watched.largest, 'bytes of the largest buffer').toBe(4 * tokens * 3 * size);
});
