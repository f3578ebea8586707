import { describe, test } from 'vitest';
import { CaseBuilder, gatedEvaluation, headsGate, widthWith } from '../../testing/case-builder';
import { expectSameBits } from '../../testing/expect-close';
import { resultOf, runCase, type OpCase } from '../../testing/run-case';
import { attentionVariants } from '../variants/attention';
import type { ForcedBackend } from './forced-backend';

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

/** Tuning may choose another variant on the next visit, and a picture must not change with it. */
export function describeSameBitsOfAttention({ backend, force }: ForcedBackend): void {
  const outputBy = async (attention: string, test: OpCase): Promise<Float32Array> => {
    force({ attention });
    const y = resultOf(await backend.guard(attention, () => runCase(backend.lanes[0], test)), 'y');
    return new Float32Array(y.buffer, y.byteOffset, y.length);
  };
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
        const expected = await outputBy('direct', test);
        for (const { name } of attentionVariants) {
          expectSameBits(await outputBy(name, test), expected);
        }
      });
    }
  });
}
