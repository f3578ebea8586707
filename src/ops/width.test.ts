import { expect, test } from 'vitest';
import { activeGroups, activeUnits, type ActiveWidth } from './width';

/** Two evaluations of two layers of three units. */
const width: ActiveWidth = {
  evaluations: 2,
  layers: 2,
  units: 3,
  heads: Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1),
  groups: Uint8Array.of(0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1),
};

test('active units of an evaluation and layer, ascending', () => {
  expect(activeUnits(width, 'heads', 0, 0)).toEqual([0, 1, 2]);
  expect(activeUnits(width, 'heads', 0, 1)).toEqual([]);
  expect(activeUnits(width, 'heads', 1, 0)).toEqual([0]);
  expect(activeUnits(width, 'heads', 1, 1)).toEqual([0, 2]);
  expect(activeUnits(width, 'groups', 0, 1)).toEqual([1]);
  expect(activeUnits(width, 'groups', 1, 1)).toEqual([1, 2]);
});

test('groups of q, then of k, then of v', () => {
  const heads = { layer: 1, unit: 'heads' } as const;
  expect(activeGroups(width, { ...heads, repeat: 1 }, 1)).toEqual([0, 2]);
  expect(activeGroups(width, { ...heads, repeat: 3 }, 1)).toEqual([0, 2, 3, 5, 6, 8]);
  expect(activeGroups(width, { ...heads, repeat: 3 }, 0)).toEqual([]);
});
