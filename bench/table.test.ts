import { expect, it } from 'vitest';
import type { BenchReport, Result } from './report';
import { table } from './table';

const machine = { backend: 'wasm', config: 'emoji', batch: 2, threads: 1 } as const;
const result = (mode: Result['mode'], msPerEvaluation: number, share: number): Result => ({
  ...{ ...machine, mode, msPerEvaluation, share },
  ...{ spread: 0.05, gflop: 1.7 * share },
});

const report: BenchReport = {
  ...{ adapter: 'SwiftShader', cpu: '2 x Processor', pictures: [], kernels: [] },
  peaks: [{ backend: 'wasm', threads: 1, gflops: 60 }],
  results: [result('static', 40, 1), result('both', 25, 0.5)],
  peers: [
    { ...machine, name: 'onnxruntime-web', version: '1.30.0', msPerEvaluation: 60, maxError: 1e-5 },
  ],
};

it('shows ratios inside the run: against static, against the share of work, against the peer', () => {
  const lines = table(report)
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
  const row = (mode: string) => lines.find((cells) => cells[2] === mode);
  expect(row('static')?.slice(-3)).toEqual(['1.00', '1.00', '1.50']);
  // 40 / 25 = 1.6 of a possible 2, and 60 / 25.
  expect(row('both')?.slice(-3)).toEqual(['1.60', '0.80', '2.40']);
});

it('says nothing of what was not measured', () => {
  expect(table(report)).not.toContain('kernels');
  expect(table({ ...report, peers: [] })).toMatch(/-$/m);
});
