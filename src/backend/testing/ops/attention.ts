import { describe, test } from 'vitest';
import {
  CaseBuilder,
  gatedEvaluation,
  gatedRun,
  headsGate,
  qkvGate,
  widthWith,
} from '../case-builder';
import type { OpBed } from '../op-bed';
import type { OpCase } from '../run-case';

export function describeAttention(bed: OpBed): void {
  describe('attention', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Scores are q k / 2: ln 3 and 0 for the first query, so weights 3/4 and 1/4; equal for the second.
      const ln3 = Math.log(3);
      const first = [2, 0, 0, 0, ln3, 0, 0, 0, 1, 2, 3, 4];
      const second = [0, 0, 0, 0, 0, 5, 5, 5, 5, 2, -1, 0];
      await bed.expectValues(
        attentionCase(c, { items: 1, tokens: 2, heads: 1, size: 4 }, [...first, ...second]),
        'y',
        [2, 2, 2, 3, 3, 2, 1, 2],
      );
    });

    for (const size of [16, 18, 32, 72]) {
      for (const [items, tokens, heads] of [
        [1, 1, 1],
        [2, 4, 3],
        [1, 63, 2],
        [2, 65, 1],
      ]) {
        test(`${items} items, ${tokens} tokens, ${heads} heads of ${size}`, async () => {
          const c = new CaseBuilder(size + tokens);
          await bed.check(attentionCase(c, { items, tokens, heads, size }), 2);
        });
      }
    }

    for (const active of [[0], [2], [0, 2], [0, 1, 2]]) {
      for (const size of [16, 18]) {
        test(`heads ${active.join(' ')} of 3, each of ${size}`, async () => {
          const c = new CaseBuilder(size, 'f16');
          const axis = (parts: number) => ({ groups: 3 * parts, group: size });
          const x = c.rows('x', 2 * 33, 12);
          const qkv = c.net.linear(x, c.linear('qkv', axis(3), 12), { n: qkvGate });
          const attended = c.net.attention(qkv, headsGate, { items: 2, tokens: 33 });
          const proj = c.linear('proj', 8, axis(1));
          c.expose('y', c.net.linear(attended, proj, { k: headsGate }));
          const width = widthWith(3, { heads: active, groups: [1] });
          // Scores of this size choose single keys, and f32 rounds them to about 1e-5.
          await bed.check(c.finish({ width, runs: gatedRun }), 100);
        });
      }
    }

    test('logits in the hundreds', async () => {
      const c = new CaseBuilder(3);
      const size = 16;
      // Integers, so that f32 has the scores exactly.
      const values = Array.from({ length: 65 * 3 * size }, () => Math.floor(c.random() * 25) - 12);
      await bed.check(attentionCase(c, { items: 1, tokens: 65, heads: 1, size }, values), 100);
    });

    // Who takes the keys past the end for zeros finds a maximum that no logit is near.
    test.each([5, 37])('all logits of %i tokens far below zero', async (tokens) => {
      const c = new CaseBuilder(5);
      const size = 16;
      const values = Array.from({ length: tokens * 3 * size }, (_, i) => {
        const part = Math.floor(i / size) % 3;
        return [20, -20, Math.floor(i / size / 3) / tokens][part];
      });
      const test = attentionCase(c, { items: 1, tokens, heads: 1, size }, values);
      const mean = (tokens - 1) / 2 / tokens;
      await bed.expectValues(test, 'y', new Array<number>(tokens * size).fill(mean));
    });

    test('one logit far above the others', async () => {
      const c = new CaseBuilder(4);
      const size = 16;
      const values = Array.from({ length: 5 * 3 * size }, (_, i) => {
        const part = Math.floor(i / size) % 3;
        const token = Math.floor(i / size / 3);
        return part === 2 ? i : part === 1 && token !== 3 ? -20 : 20;
      });
      const winner = Array.from({ length: size }, (_, e) => (3 * 3 + 2) * size + e);
      const test = attentionCase(c, { items: 1, tokens: 5, heads: 1, size }, values);
      await bed.expectValues(test, 'y', [winner, winner, winner, winner, winner].flat());
    });
  });
}

/** Attention of heads that are all active, whose q, k and v are given or random. */
function attentionCase(
  c: CaseBuilder,
  of: {
    readonly items: number;
    readonly tokens: number;
    readonly heads: number;
    readonly size: number;
  },
  values?: readonly number[],
): OpCase {
  const { items, tokens, heads, size } = of;
  const axis = { groups: 3 * heads, group: size };
  const qkv = c.rows('qkv', items * tokens, axis, values);
  c.expose('y', c.net.attention(qkv, headsGate, { items, tokens }));
  const width = widthWith(heads, { heads: Array.from({ length: heads }, (_, head) => head) });
  return c.finish({ width, runs: [{ evaluation: gatedEvaluation }] });
}
