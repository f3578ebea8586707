import { expect, it } from 'vitest';
import type { ComputeRecord, RunStatistics } from '../../engine/api';
import { describeCell } from '../compute/describe-cell';
import { formatGuess } from '../format';
import { comparisonRows } from './comparison-rows';

/* What is said of a run in one place must not gainsay what is said of it in another. */

/** One evaluation of one layer of 2 heads and 4 tokens. */
function record(items: number): ComputeRecord {
  return {
    ...{ evaluations: 1, layers: 1, heads: 2, items, tokens: 4, networkTimes: [0] },
    activeHeads: new Uint16Array([1]),
    activeGroups: new Uint16Array([2]),
    keptTokens: new Uint8Array([0b1111]),
  };
}

it.each([
  [1, 1, '100\u00a0% of the tokens.'],
  [2, 2, '50\u00a0% of the tokens of all pictures.'],
  [2, 1, '50\u00a0% of the tokens of both halves of guidance.'],
  [4, 2, '25\u00a0% of the tokens of all pictures, in both halves of guidance.'],
])('tokens of %i items of %i pictures are said to be of all', (items, images, words) => {
  const cell = { evaluation: 0, layer: 0 };
  expect(describeCell(record(items), cell, images)).toContain(`, ${words}`);
});

it.each([
  [120, 'less than a second'],
  [790, 'less than a second'],
  [900, 'a second or two'],
  [1900, 'a second or two'],
])('%i ms are guessed as %s', (ms, words) => {
  expect(formatGuess(ms)).toBe(words);
});

it('a comparison tells the times of a GPU where there is one', () => {
  const statistics: RunStatistics = {
    ...{ totalMs: 100, samplingMs: 60, decodeMs: 30, stepMs: [30, 30], deviceStepMs: [31, 29] },
    multiplyAdds: { done: 1, static: 2 },
    shares: { heads: 1, groups: 1, tokens: 1 },
    record: record(1),
  };
  const names = (kind: 'webgpu' | 'wasm') =>
    comparisonRows(statistics, statistics, { kind }).map(({ name }) => name);
  expect(names('webgpu')).toContain('A step on the GPU, median');
  expect(names('wasm').filter((name) => /GPU|device/.test(name))).toEqual([]);
});
