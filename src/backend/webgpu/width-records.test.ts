import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { ActiveWidth, Gate } from '../../ops/width';
import { WidthRecords } from './width-records';

const heads: Gate = { layer: 0, unit: 'heads', repeat: 1 };
const qkvHeads: Gate = { layer: 0, unit: 'heads', repeat: 3 };

/** Two units; both heads at first, then the second alone. */
const width: ActiveWidth = {
  evaluations: 2,
  layers: 1,
  units: 2,
  heads: Uint8Array.of(1, 1, 0, 1),
  groups: Uint8Array.of(1, 1, 1, 1),
};

/** A qkv and the attention behind it. */
function program() {
  const net = new Recorder('Test');
  const x = net.external('x', rowsOf(1, wholeAxis(4)));
  const n = { groups: 6, group: 4 };
  const qkv = net.linear(x, { kind: 'linear', name: 'qkv', n, k: wholeAxis(4) }, { n: qkvHeads });
  net.attention(qkv, heads, { items: 1, tokens: 1 });
  return net.finish();
}

describe('WidthRecords', () => {
  test('has a record for each gate, after that of axes without', () => {
    const records = new WidthRecords(program(), width);
    expect([...records.words()]).toEqual([
      ...[1, 0, 1, 0, 6, 0, 6, 0, 1, 2, 3, 4, 5, 2, 0, 2, 0, 1],
      ...[1, 0, 1, 0, 3, 0, 3, 1, 3, 5, 0, 0, 0, 1, 0, 1, 1, 0],
    ]);
    expect(records.record(undefined)).toBe(0);
    expect(records.record(qkvHeads)).toBe(4);
    expect(records.record(heads)).toBe(13);
    expect([records.base(0), records.base(1)]).toEqual([0, 18]);
    expect([records.activeCount(qkvHeads, 0), records.activeCount(qkvHeads, 1)]).toEqual([6, 3]);
  });

  test('has a record for each slice of a weight: its own groups, counted from its first', () => {
    const ranges = [
      { start: 0, count: 4 },
      { start: 4, count: 2 },
    ];
    const records = new WidthRecords(program(), width, () => ranges);
    expect([...records.words()]).toEqual([
      ...[1, 0, 1, 0, 6, 0, 4, 0, 1, 2, 3, 6, 4, 2, 0, 1, 2, 0, 2, 0, 1],
      ...[1, 0, 1, 0, 3, 0, 2, 1, 3, 0, 0, 3, 2, 1, 1, 0, 1, 0, 1, 1, 0],
    ]);
    expect(ranges.map((range) => records.record(qkvHeads, range))).toEqual([4, 11]);
    expect(ranges.map((range) => records.activeCount(qkvHeads, 1, range))).toEqual([2, 1]);
  });

  test('refuses an evaluation without records, a width without the layer, and no width', () => {
    expect(() => new WidthRecords(program(), width).base(2)).toThrow('number 2 was asked for');
    expect(() => new WidthRecords(program(), { ...width, layers: 0 })).toThrow('0 layers');
    expect(() => new WidthRecords(program(), undefined)).toThrow('no width was given');
  });

  test('a program without gates has one record for all evaluations', () => {
    const net = new Recorder('Test');
    net.linear(net.external('x', rowsOf(1, wholeAxis(4))), {
      kind: 'linear',
      name: 'l',
      n: wholeAxis(4),
      k: wholeAxis(4),
    });
    const records = new WidthRecords(net.finish(), undefined);
    expect([...records.words()]).toEqual([1, 0, 1, 0]);
    expect(records.base(7)).toBe(0);
  });
});
