import { describe, expect, it } from 'vitest';
import type { DitConfig } from '../network/config';
import type { ActiveWidth } from '../ops/width';
import type { NetworkRun } from './network-run';
import { RunRecord } from './statistics';
import { mockConfig } from './testing/mock-network';

const times = { totalMs: 4, samplingMs: 2, decodeMs: 1, stepMs: [1, 1] };

/** L 2, H 2, two evaluations; rows are [evaluation][layer][unit]. */
const width: ActiveWidth = {
  evaluations: 2,
  layers: 2,
  units: 2,
  heads: Uint8Array.of(1, 1, 1, 0, 1, 0, 1, 0),
  groups: Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 0),
};

/** One token an image: the latent is one patch. */
const config: DitConfig = { ...mockConfig, patchSize: 2 };

function countedRun(
  dynamicTokens: boolean,
): Pick<NetworkRun, 'config' | 'items' | 'width' | 'dynamicTokens' | 'work'> {
  return {
    config,
    items: 3,
    width,
    dynamicTokens,
    // Told apart by evaluation, so that one left out or counted twice is seen.
    work: (evaluation, kept) => ({ done: 100 * (1 + evaluation) + kept.length, static: 1000 }),
  };
}

describe('the record of a run', () => {
  it('keeps the token gates, a bit each, and adds up work and shares', () => {
    const record = new RunRecord(countedRun(true), [0, 500]);
    record.add(Uint32Array.of(1, 0, 1, 0, 0, 1));
    record.add(Uint32Array.of(1, 1, 1, 0, 0, 0));
    const { multiplyAdds, shares, record: kept } = record.statistics(times);
    // 101001 then 111000, the first bit lowest.
    expect([...kept.keptTokens]).toEqual([0b11100101, 0b0001]);
    expect(multiplyAdds).toEqual({ done: 100 + 6 + 200 + 6, static: 2000 });
    expect(shares).toEqual({ heads: 5 / 8, groups: 7 / 8, tokens: 6 / 12 });
    expect([...kept.activeHeads]).toEqual([2, 1, 1, 1]);
    expect([...kept.activeGroups]).toEqual([2, 2, 2, 1]);
    expect(kept).toMatchObject({ evaluations: 2, layers: 2, heads: 2, items: 3, tokens: 1 });
    expect(kept.networkTimes).toEqual([0, 500]);
  });

  it('has every token where no router is asked', () => {
    const record = new RunRecord(countedRun(false), [0, 500]);
    record.add(new Uint32Array());
    record.add(new Uint32Array());
    const { multiplyAdds, shares, record: kept } = record.statistics(times);
    expect(shares.tokens).toBe(1);
    expect(multiplyAdds).toEqual({ done: 300, static: 2000 });
    // 12 gates.
    expect(kept.keptTokens[0]).toBe(0b11111111);
    expect(kept.keptTokens[1] & 0b1111).toBe(0b1111);
  });

  it('hands the times on', () => {
    const record = new RunRecord(countedRun(false), [0, 500]);
    record.add(new Uint32Array());
    record.add(new Uint32Array());
    expect(record.statistics({ ...times, deviceStepMs: [3, 4] })).toMatchObject({
      ...times,
      deviceStepMs: [3, 4],
    });
  });
});
