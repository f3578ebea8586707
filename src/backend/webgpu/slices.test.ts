import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { columnsBefore, groupsOf, sliceColumns } from './slices';

describe('sliceColumns', () => {
  test('leaves together what fits', () => {
    expect(sliceColumns(wholeAxis(10), 8, 96)).toEqual([{ start: 0, n: wholeAxis(10) }]);
  });

  test('cuts at a multiple of 4, into slices of like size', () => {
    // Ten vec4 columns of 32 bytes; five fit, so two slices of five.
    expect(sliceColumns(wholeAxis(38), 8, 191)).toEqual([
      { start: 0, n: wholeAxis(20) },
      { start: 20, n: wholeAxis(18) },
    ]);
    expect(sliceColumns(wholeAxis(38), 8, 159)).toEqual([
      { start: 0, n: wholeAxis(16) },
      { start: 16, n: wholeAxis(16) },
      { start: 32, n: wholeAxis(6) },
    ]);
  });

  test('cuts between groups, and knows where each slice lies', () => {
    // Five groups of 6 columns, 8 with padding, of 10 bytes each.
    const axis = { groups: 5, group: 6 };
    const slices = sliceColumns(axis, 10, 250);
    expect(slices).toEqual([
      { start: 0, n: { groups: 3, group: 6 } },
      { start: 18, n: { groups: 2, group: 6 } },
    ]);
    expect(slices.map((slice) => groupsOf(slice, axis))).toEqual([
      { start: 0, count: 3 },
      { start: 3, count: 2 },
    ]);
    expect(slices.map((slice) => columnsBefore(slice, axis))).toEqual([0, 24]);
  });

  test('a single group that does not fit is a slice of its own', () => {
    expect(sliceColumns({ groups: 2, group: 8 }, 10, 40)).toHaveLength(2);
  });
});
