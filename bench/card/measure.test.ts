import { expect, it } from 'vitest';
import type { CardFigures } from './figures';
import { withoutImpossible } from './measure';

const mode = { ms: 20, gflopsPerSecond: 400, share: 1, flopsPerByte: 90 } as const;
const op = { op: 'qkv', shape: '1 x 2 x 3', ms: 1, gflopsPerSecond: 500, flopsPerByte: 7 };

const figures: CardFigures = {
  ...{ adapter: 'a card', software: false, features: [], browser: 'a browser' },
  ...{ network: 'xl2', lambda: 0.5, roof: { gflops: 900, gigabytesPerSecond: 1 } },
  modes: [
    { mode: 'static', ...mode },
    { mode: 'both', ...mode, gflopsPerSecond: 901 },
  ],
  ...{ ops: [op, { ...op, op: 'fc1', gflopsPerSecond: 5000 }], opsByTimestamps: true, refused: [] },
};

it('leaves out and says what no card of that peak can do', () => {
  const { modes, ops, refused } = withoutImpossible(figures);
  expect(modes.map(({ mode: name }) => name)).toEqual(['static']);
  // Far above what memory of 1 GB/s allows: a cache holds it.
  expect(ops.map(({ op: name }) => name)).toEqual(['qkv']);
  expect(refused).toEqual([
    expect.stringMatching(/^both: 901 GFLOP\/s would be above the peak, 900/),
    expect.stringMatching(/^fc1: 5000/),
  ]);
});
