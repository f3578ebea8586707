import { describe, expect, it } from 'vitest';
import { assumptions, estimateEvaluationMs } from './card-classes';
import { officialConfig } from './configs';

const xl2 = officialConfig('xl2');
const endless = { gflops: 1e12, gigabytesPerSecond: 1e12 };

describe('an estimate by roofline', () => {
  it('is the arithmetic where memory is no bound', () => {
    const launches = estimateEvaluationMs(xl2, 1, endless);
    const ms = estimateEvaluationMs(xl2, 1, { ...endless, gflops: 10_000 }) - launches;
    // 118.69 G multiply-adds (the paper) for each of two items.
    const expected = (2 * 2 * 118.69) / (assumptions.arithmetic * 10_000) / 1e-3;
    expect(ms / expected).toBeGreaterThan(0.99);
    expect(ms / expected).toBeLessThan(1.02);
  });

  it('is the memory where arithmetic is none: the blocks’ weights at least', () => {
    const launches = estimateEvaluationMs(xl2, 1, endless);
    const ms = estimateEvaluationMs(xl2, 1, { ...endless, gigabytesPerSecond: 100 }) - launches;
    // qkv, proj, fc1 and fc2: 12 D^2 halves in each of 28 blocks.
    const weights = 28 * 12 * 1152 ** 2 * assumptions.weightBytes;
    expect(ms).toBeGreaterThan(weights / (assumptions.memory * 100 * 1e6));
  });

  it('of half of the work is about half the arithmetic', () => {
    const roof = { ...endless, gflops: 10_000 };
    const half = estimateEvaluationMs(xl2, 0.5, roof) / estimateEvaluationMs(xl2, 1, roof);
    expect(half).toBeGreaterThan(0.45);
    expect(half).toBeLessThan(0.6);
  });
});
