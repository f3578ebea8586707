import { expect, test } from 'vitest';
import { activeUnits } from '../../ops/width';
import type { DitConfig } from '../config';
import { activeCounts, openWidth, routedWidth } from './width-table';

const config: DitConfig = {
  inputSize: 4,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 12,
  depth: 2,
  numHeads: 3,
  mlpRatio: 4,
  learnSigma: false,
  numClasses: 1,
  numStyles: 0,
  objective: 'flow-v',
  dynamic: true,
};

test('logits are read layer by layer, heads then groups; over 0 is active, the first always', () => {
  const logits = Float32Array.of(
    ...[1, -1, -1, 1], // evaluation 0, layer 0: heads 1 2, groups 1 2
    ...[0, 0, 2, 2],
    ...[-3, -3, -3, -3], // evaluation 1
    ...[1e-9, -1e-9, 5, -5],
  );
  const width = routedWidth(config, 2, { begin: logits });
  expect(activeUnits(width, 'heads', 0, 0)).toEqual([0, 1]);
  expect(activeUnits(width, 'groups', 0, 0)).toEqual([0, 2]);
  expect(activeUnits(width, 'heads', 0, 1)).toEqual([0]);
  expect(activeUnits(width, 'groups', 0, 1)).toEqual([0, 1, 2]);
  expect(activeUnits(width, 'heads', 1, 0)).toEqual([0]);
  expect(activeUnits(width, 'heads', 1, 1)).toEqual([0, 1]);
  expect(activeUnits(width, 'groups', 1, 1)).toEqual([0, 1]);
  expect([...activeCounts(width, 'heads')]).toEqual([2, 1, 1, 2]);
  expect([...activeCounts(width, 'groups')]).toEqual([2, 3, 1, 2]);
});

test('open: all of them', () => {
  expect([...activeCounts(openWidth(config, 2), 'groups')]).toEqual([3, 3, 3, 3]);
});

test('one head has no routers and is always active', () => {
  const single = { ...config, numHeads: 1 };
  expect([...activeCounts(routedWidth(single, 1, { begin: new Float32Array() }), 'heads')]).toEqual(
    [1, 1],
  );
});

test('the last blocks ask where the step ends, the others where it begins', () => {
  const begin = new Float32Array(8).fill(-1);
  const end = new Float32Array(8).fill(1);
  const jumping = { ...config, jumpBlocks: 1 };
  const width = routedWidth(jumping, 1, { begin, end });
  expect([...activeCounts(width, 'heads')]).toEqual([1, 3]);
  expect([...activeCounts(width, 'groups')]).toEqual([1, 3]);
  expect([...activeCounts(routedWidth(jumping, 1, { begin }), 'heads')]).toEqual([1, 1]);
});

test('a budget is added to what they say, and closes no first unit', () => {
  const begin = Float32Array.of(1, -1, 0, 3, 1, -1, 0, 3);
  const heads = (shift: number) => [
    ...activeCounts(routedWidth(config, 1, { begin, shift }), 'heads'),
  ];
  expect(heads(0)).toEqual([2, 2]);
  expect(heads(1.5)).toEqual([3, 3]);
  expect(heads(-1)).toEqual([1, 1]);
  expect(heads(-100)).toEqual([1, 1]);
});
