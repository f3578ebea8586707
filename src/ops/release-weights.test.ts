import { expect, it } from 'vitest';
import { wholeAxis } from './axis';
import type { LayerWeights, LinearLayer } from './layer';
import { releaseWeights } from './release-weights';

const layer: LinearLayer = { kind: 'linear', name: 'l', n: wholeAxis(2), k: wholeAxis(3) };

it('gives back floats, halves, and integers with their scales', () => {
  const bias = () => new Float32Array(2);
  const scaled = { integers: new Int8Array(6), scales: new Float32Array(2) };
  const floats = { layer, weight: new Float32Array(6), bias: bias() } satisfies LayerWeights;
  const halves = { layer, weight: new Uint16Array(6), bias: bias() } satisfies LayerWeights;
  const integers = { layer, weight: scaled, bias: bias() } satisfies LayerWeights;
  for (const weights of [floats, halves, integers]) releaseWeights(weights);
  const all = [floats.weight, floats.bias, halves.weight, halves.bias];
  const lengths = [...all, scaled.integers, scaled.scales, integers.bias].map((a) => a.length);
  expect(lengths).toEqual([0, 0, 0, 0, 0, 0, 0]);
});
