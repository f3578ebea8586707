import { describe, test } from 'vitest';
import type { TokenRouterLayer } from '../../../ops/layer';
import { CaseBuilder } from '../case-builder';
import type { OpBed } from '../op-bed';
import { keptPatterns, oddCounts } from '../patterns';
import { randomFloats } from '../random';

const margin = 0.01;

export function describeSelectTokens(bed: OpBed): void {
  describe('selectTokens', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // relu(x0 - 1) - relu(x1) + 0.5 > 0
      const layer: TokenRouterLayer = { kind: 'tokenRouter', name: 'r', width: 4, hidden: 2 };
      c.router(layer, {
        weight1: [1, 0, 0, 0, 0, 1, 0, 0],
        bias1: [-1, 0],
        weight2: [1, -1],
        bias2: 0.5,
      });
      const tokens = [
        [0, 0.45, 9, 9], // 0.05
        [0, 1, 9, 9], // -0.5
        [3, 1, 9, 9], // 1.5
        [-9, 0.5, 9, 9], // 0, which is not over 0
      ];
      const kept = c.words('kept', 3, 4, 7);
      c.net.selectTokens(c.rows('x', 4, 4, tokens.flat()), layer, kept, { keptRow: 1 });
      await bed.expectWords(c.finish(), 'kept', [7, 7, 7, 7, 1, 0, 1, 0, 7, 7, 7, 7]);
    });

    test('adds the shift of a budget to the bias', async () => {
      const c = new CaseBuilder(1);
      // relu(x0) - 1
      const layer: TokenRouterLayer = { kind: 'tokenRouter', name: 'r', width: 4, hidden: 1 };
      c.router(layer, { weight1: [1, 0, 0, 0], bias1: [0], weight2: [1], bias2: -1 });
      const x = c.rows('x', 3, 4, [0, 9, 9, 9, 0.75, 9, 9, 9, 2, 9, 9, 9]);
      const kept = c.words('kept', 3, 3, 7);
      for (const [keptRow, shift] of [-1.5, 0.5, 1.25].entries()) {
        c.net.selectTokens(x, layer, kept, { keptRow, shift });
      }
      await bed.expectWords(c.finish(), 'kept', [0, 0, 0, 0, 1, 1, 1, 1, 1]);
    });

    for (const { name, kept } of keptPatterns) {
      test(`keeps ${name}`, async () => {
        const c = new CaseBuilder(1);
        const rows = c.keep(kept);
        // The list shows in what it packs: each row is the index of its token.
        const x = c.rows('x', kept.length, 1, [...kept.keys()]);
        const hidden = c.net.linear(
          x,
          c.linear('l', 4, 1, { weight: [1, 0, 0, 0], bias: [0, 0, 0, 0] }),
        );
        const modulation = c.rows('modulation', 1, 4, [1, 1, 1, 1]);
        const bias = { weight: [0, 0, 0, 0], bias: [100, 0, 0, 0] };
        const gate = { modulation: modulation.id, chunk: 0 };
        c.net.addGated(hidden, gate, x, c.linear('mark', 4, 1, bias), {
          tokens: kept.length,
          rows,
        });
        c.expose('y', hidden);
        const expected = kept.flatMap((keep, token) => [token + (keep ? 100 : 0), 0, 0, 0]);
        await bed.expectValues(c.finish(), 'y', expected);
        const first = kept.map(() => 1);
        await bed.expectWords(c.finish(), 'marksKept', [...first, ...kept.map(Number)]);
      });
    }

    for (const tokens of oddCounts) {
      for (const [columns, hidden] of [
        [4, 1],
        [36, 2],
        [72, 4],
        [256, 16],
        [288, 18],
      ]) {
        test(`${tokens} tokens of ${columns}, ${hidden} hidden`, async () => {
          const c = new CaseBuilder(tokens + hidden);
          const layer: TokenRouterLayer = {
            kind: 'tokenRouter',
            name: 'r',
            width: columns,
            hidden,
          };
          const weights = {
            weight1: [...randomFloats(c.random, hidden * columns)],
            bias1: [...randomFloats(c.random, hidden)],
            weight2: [...randomFloats(c.random, hidden)],
            bias2: 0.1,
          };
          c.router(layer, weights);
          const rows = Array.from({ length: tokens }, () =>
            decidedToken(c.random, columns, weights),
          );
          const kept = c.words('kept', 2, tokens, 7);
          c.net.selectTokens(c.rows('x', tokens, columns, rows.flat()), layer, kept, {
            keptRow: 1,
          });
          await bed.check(c.finish());
        });
      }
    }
  });
}

/** A random token whose logit is so far from 0 that rounding can't change the decision. */
function decidedToken(
  random: () => number,
  columns: number,
  weights: {
    readonly weight1: readonly number[];
    readonly bias1: readonly number[];
    readonly weight2: readonly number[];
    readonly bias2: number;
  },
): readonly number[] {
  for (;;) {
    const token = [...randomFloats(random, columns)];
    const hidden = weights.bias1.map((bias, unit) =>
      token.reduce((sum, value, k) => sum + value * weights.weight1[unit * columns + k], bias),
    );
    const logit = hidden.reduce(
      (sum, value, unit) => sum + Math.max(value, 0) * weights.weight2[unit],
      weights.bias2,
    );
    if (Math.abs(logit) > margin) return token;
  }
}
