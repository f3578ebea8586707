import { expect, test } from 'vitest';
import { wholeAxis } from './axis';
import type { LinearLayer } from './layer';
import { workingMemory } from './memory';
import { Recorder } from './recorder';
import { rowsOf } from './tensor';

test('places that tensors share count once, those from outside always', () => {
  const net = new Recorder('Test');
  const layer = (name: string, n: number, k: number): LinearLayer => ({
    ...{ kind: 'linear', name, n: wholeAxis(n), k: wholeAxis(k) },
  });
  const x = net.external('x', rowsOf(10, wholeAxis(3))); // 30
  const a = net.linear(x, layer('a', 5, 3)); // 50, free once b is made
  const b = net.linear(a, layer('b', 7, 5)); // 70
  const c = net.linear(b, layer('c', 4, 7)); // 40, where a was
  net.linear(c, layer('d', 2, 4), { into: net.external('y', rowsOf(10, wholeAxis(2))) }); // 20
  expect(workingMemory(net.finish())).toEqual({ bytes: 4 * (30 + 50 + 70 + 20), largest: 4 * 70 });
});
