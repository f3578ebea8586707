import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { assemble, type Figures } from './assemble';
import type { KernelFigure } from './machines';
import { highestPeaks } from './peaks';
import {
  reportSchema,
  type AttentionResult,
  type BenchReport,
  type Peak,
  type PeerResult,
  type Result,
} from './report';

const peaks: readonly Peak[] = [
  { backend: 'wasm', threads: 1, gflops: 40 },
  { backend: 'wasm', threads: 1, gflops: 50 },
  { backend: 'wasm', threads: 2, gflops: 90 },
];

/** 1.6 GFLOP in 40 ms: 40 GFLOP/s. */
const result: Result = {
  ...{ backend: 'wasm', config: 'emoji', batch: 2, mode: 'both', threads: 1 },
  ...{ msPerEvaluation: 40, spread: 0.1, gflop: 1.6, share: 0.5 },
};

const kernel: KernelFigure = {
  ...{ backend: 'wasm', threads: 1, name: 'emoji qkv', shape: '128 x 256 x 768' },
  ...{ storage: 'int8', gflopsPerSecond: 30 },
};

const peer: PeerResult = {
  ...{ name: 'onnxruntime-web', version: '1.30.0', backend: 'wasm', threads: 1 },
  ...{ config: 'emoji', batch: 2, msPerEvaluation: 60, maxError: 1e-5 },
};

/** 4 * 1024^2 * 72 = 0.3 GFLOP in 10 ms: 30 GFLOP/s. */
const attention: AttentionResult = {
  ...{ backend: 'wasm', tokens: 1024, heads: 1, size: 72, ms: 10, bytes: 1e6 },
};

function assembled(given: Partial<Figures> = {}): {
  readonly report: BenchReport;
  readonly refusals: readonly string[];
} {
  const refusals: string[] = [];
  const adapter = { description: 'SwiftShader', software: true, features: [] };
  const report = assemble(
    { adapter, peaks: [...peaks], refusals, options: { runtime: 'chromium', lambda: 0.5 } },
    {
      cpu: '2 x Processor',
      networks: [{ results: [result], peers: [peer], costs: [] }],
      kernels: [kernel],
      attention: [attention],
      pictures: [{ backend: 'wasm', steps: 25, mode: 'both', ms: 800, decodeMs: 90 }],
      ...given,
    },
  );
  return { report, refusals };
}

describe('the report', () => {
  it('has the form that others read', () => {
    const { report, refusals } = assembled();
    expect(refusals).toEqual([]);
    expect(v.parse(reportSchema, report)).toEqual({
      adapter: 'SwiftShader',
      runtime: 'chromium',
      lambda: 0.5,
      costs: [],
      attention: [attention],
      cpu: '2 x Processor',
      peaks: [peaks[1], peaks[2]],
      results: [result],
      pictures: [{ backend: 'wasm', steps: 25, mode: 'both', ms: 800, decodeMs: 90 }],
      kernels: [
        {
          ...{ backend: 'wasm', name: 'emoji qkv', shape: '128 x 256 x 768' },
          ...{ storage: 'int8', gflopsPerSecond: 30, fractionOfPeak: 0.6 },
        },
      ],
      peers: [peer],
    });
  });

  it('refuses an evaluation above the peak', () => {
    const impossible = { ...result, msPerEvaluation: 30 };
    const { report, refusals } = assembled({
      networks: [{ results: [impossible], peers: [], costs: [] }],
    });
    expect(report.results).toEqual([]);
    expect(refusals).toEqual([
      expect.stringContaining('53.33 GFLOP/s on wasm, 1 thread(s) is above'),
    ]);
  });

  it('refuses a kernel above the peak', () => {
    const { report, refusals } = assembled({ kernels: [{ ...kernel, gflopsPerSecond: 51 }] });
    expect(report.kernels).toEqual([]);
    expect(refusals).toHaveLength(1);
  });

  it('refuses attention above the peak', () => {
    const { report, refusals } = assembled({ attention: [{ ...attention, ms: 5 }] });
    expect(report.attention).toEqual([]);
    expect(refusals).toHaveLength(1);
  });

  it('refuses a figure whose peak was not measured', () => {
    const elsewhere = { ...result, threads: 4 };
    const { report, refusals } = assembled({
      networks: [{ results: [elsewhere], peers: [], costs: [] }],
    });
    expect(report.results).toEqual([]);
    expect(refusals).toEqual([expect.stringContaining('the peak of that was not measured')]);
  });

  it.each([
    { fault: 'a time of 0', results: [{ ...result, msPerEvaluation: 0 }] },
    { fault: 'a time that is no number', results: [{ ...result, msPerEvaluation: NaN }] },
    { fault: 'a share above 1', results: [{ ...result, share: 1.1 }] },
    { fault: 'something beside the form', results: [{ ...result, note: 'fast' }] },
  ])('can not hold $fault', ({ results }) => {
    const { report } = assembled();
    expect(v.safeParse(reportSchema, { ...report, results }).success).toBe(false);
  });
});

it('takes the highest measurement of each peak', () => {
  expect(highestPeaks(peaks)).toEqual([peaks[1], peaks[2]]);
});
