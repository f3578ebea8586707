import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { splitByCost } from './submissions';

/** A product of 8.6e9 multiply-adds for 2048 rows. */
const layer: LinearLayer = {
  kind: 'linear',
  name: 'layer',
  n: wholeAxis(2048),
  k: wholeAxis(2048),
};

/** How many ops stand in each submission of so many products of `rows` rows. */
function sizes(rows: number, products: number): readonly number[] {
  const net = new Recorder('Test');
  let x = net.external('x', rowsOf(rows, layer.k));
  for (let i = 0; i < products; i++) x = net.linear(x, layer);
  return splitByCost(net.finish()).map((ops) => ops.length);
}

describe('splitByCost', () => {
  test('begins a new submission before 20 G multiply-adds are passed', () => {
    expect(sizes(2048, 2)).toEqual([2]);
    expect(sizes(2048, 3)).toEqual([2, 1]);
    expect(sizes(2048, 7)).toEqual([2, 2, 2, 1]);
  });

  test('an op that costs more alone is alone', () => {
    expect(sizes(3 * 2048, 3)).toEqual([1, 1, 1]);
  });

  test('cheap programs are one submission', () => {
    expect(sizes(1, 100)).toEqual([100]);
  });
});
