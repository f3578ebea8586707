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
  ...{ runtime: 'node', lambda: 0.5, costs: [], attention: [] },
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

it("shows encoding over the card's time, memory over the weights, attention over quadratic", () => {
  const attention = { backend: 'webgpu', heads: 16, size: 72 } as const;
  const lines = table({
    ...report,
    costs: [
      {
        ...{ config: 'xl2', batch: 2, mode: 'static', weightBytes: 1.3e9, runBytes: 1.3e8 },
        ...{ hostMs: 0.5, deviceMs: 20 },
      },
    ],
    attention: [
      { ...attention, tokens: 1024, ms: 2, bytes: 2e6 },
      { ...attention, tokens: 4096, ms: 40, bytes: 8e6 },
    ],
  })
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
  const row = (name: string) => lines.find(([first]) => first === name);
  expect(row('xl2 x 2')).toEqual(['xl2 x 2', 'static', '0.50', '20.0', '0.03', '1300', '10 %']);
  expect(row('4096')).toEqual(['4096', '16', '40.00', '20.0', '1.25', '8.0', '1.00']);
});
