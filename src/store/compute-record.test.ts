import { describe, expect, it } from 'vitest';
import type { ComputeRecord } from '../engine/api';
import { cellShare, keptTokens, shareMap } from './compute-record';

/** 2 evaluations, 2 layers, 2 items, 3 tokens: 24 bits. */
const record: ComputeRecord = {
  evaluations: 2,
  layers: 2,
  networkTimes: [0, 500],
  activeHeads: Uint16Array.from([1, 2, 3, 4]),
  activeGroups: Uint16Array.from([4, 3, 2, 1]),
  heads: 4,
  keptTokens: Uint8Array.from([0b10_000_111, 0b0000_0001, 0b11_111111]),
  items: 2,
  tokens: 3,
};

describe('a compute record', () => {
  it('finds the tokens of a cell and an item across bytes', () => {
    expect(keptTokens(record, { evaluation: 0, layer: 0 }, 0)).toEqual([true, true, true]);
    expect(keptTokens(record, { evaluation: 0, layer: 0 }, 1)).toEqual([false, false, false]);
    expect(keptTokens(record, { evaluation: 0, layer: 1 }, 0)).toEqual([false, true, true]);
  });

  it('gives shares by layer and evaluation', () => {
    expect([...shareMap(record, 'heads')]).toEqual([0.25, 0.75, 0.5, 1]);
    expect([...shareMap(record, 'groups')]).toEqual([1, 0.5, 0.75, 0.25]);
    expect(cellShare(record, 'tokens', { evaluation: 0, layer: 0 })).toBe(0.5);
  });
});
