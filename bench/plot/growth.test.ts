import { expect, it } from 'vitest';
import type { BenchReport, Result } from '../report';
import { growthCharts } from './growth';

function result(
  given: Pick<Result, 'config' | 'mode' | 'msPerEvaluation'> & Partial<Result>,
): Result {
  return { backend: 'webgpu', batch: 2, threads: 1, spread: 0, gflop: 1, share: 1, ...given };
}

function report(results: readonly Result[], lambda: BenchReport['lambda'] = 0.5): BenchReport {
  return {
    ...{ adapter: 'a card', runtime: 'node', lambda, cpu: '', peaks: [], results: [...results] },
    ...{ costs: [], attention: [], pictures: [], kernels: [], peers: [] },
  };
}

it('draws what was measured over batch, tokens, kept work and size', () => {
  const charts = growthCharts(
    [
      report([
        result({ config: 'emoji', mode: 'static', msPerEvaluation: 4, batch: 4 }),
        result({ config: 'emoji', mode: 'static', msPerEvaluation: 3 }),
        result({ config: 's2', mode: 'static', msPerEvaluation: 10, gflop: 24 }),
        result({ config: 's2', mode: 'both', msPerEvaluation: 6, share: 0.5, gflop: 12 }),
        result({ config: 's2-512', mode: 'static', msPerEvaluation: 50 }),
      ]),
      report([result({ config: 's2', mode: 'static', msPerEvaluation: 1, backend: 'wasm' })]),
    ],
    'webgpu',
  );
  const lines = (name: string) =>
    charts.get(name)?.series.map((one) => [one.name, ...one.points.map(({ x, y }) => [x, y])]);
  expect(lines('batch')).toEqual([['static', [2, 3], [4, 4]]]);
  expect(lines('tokens')).toEqual([
    ['s2, static', [256, 10], [1024, 50]],
    ['s2, both', [256, 6]],
  ]);
  expect(lines('width')?.[0]).toEqual(['both', [0.5, 10 / 6]]);
  expect(lines('size')).toContainEqual(['both', [24, 6]]);
});

it('draws no chart without figures', () => {
  const one = report([result({ config: 's2', mode: 'static', msPerEvaluation: 10 })]);
  expect([...growthCharts([one], 'webgpu').keys()]).toEqual(['size']);
  expect([...growthCharts([one], 'wasm').keys()]).toEqual([]);
});
