import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import fixture from './fixtures/normal.json';
import { inverseNormal } from './inverse-normal';
import { log32 } from './log32';
import { LATENT_STREAM, fillNormal, stepStream } from './normal';

function normals(count: number, seed: number, stream: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, seed, stream);
  return out;
}

/** P(Z <= x) by the series phi(x) (x + x^3/3 + x^5/15 + ...), which shares nothing with AS 241. */
function normalCdf(x: number): number {
  let term = x;
  let sum = 0;
  for (let k = 1; sum + term !== sum; k++) {
    sum += term;
    term *= (x * x) / (2 * k + 1);
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

describe('log32', () => {
  it.each(fixture.logs)('ln $n', ({ n, value }) => {
    expect(Math.abs(log32(n) - value)).toBeLessThan(1e-14);
  });
});

describe('inverseNormal', () => {
  it.each(fixture.quantiles)('word $word', ({ word, value }) => {
    expect(Math.abs(inverseNormal(word) / value - 1)).toBeLessThan(2e-15);
  });

  it('is odd about the middle, exactly', () => {
    for (let word = 0; word < 2 ** 31; word += 9_999_991) {
      expect(inverseNormal(0xffffffff - word)).toBe(-inverseNormal(word));
    }
  });
});

describe('fillNormal', () => {
  it.each(fixture.first)('equals Python bit for bit: seed $seed, stream $stream', (expected) => {
    const { seed, stream, values } = expected;
    expect([...normals(values.length, seed, stream)]).toEqual(values);
  });

  it('equals Python bit for bit over thousands of elements', () => {
    const { seed, stream, count, sha256 } = fixture.long;
    const bytes = new DataView(new ArrayBuffer(4 * count));
    for (const [i, value] of normals(count, seed, stream).entries()) {
      bytes.setFloat32(4 * i, value, true);
    }
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  it('gives element i whatever the length', () => {
    const long = normals(64, 7, LATENT_STREAM);
    for (const length of [0, 1, 2, 3, 4, 5, 63]) {
      expect(normals(length, 7, LATENT_STREAM)).toEqual(long.slice(0, length));
    }
  });

  it('takes the seed modulo 2^32 and tells streams apart', () => {
    expect(normals(8, 2 ** 32 + 5, 0)).toEqual(normals(8, 5, 0));
    const streams = [LATENT_STREAM, stepStream(0), stepStream(1)];
    expect(streams).toEqual([0, 1, 2]);
    const firsts = streams.map((stream) => normals(1, 5, stream)[0]);
    expect(new Set(firsts).size).toBe(3);
  });

  it('has the moments of a standard normal', () => {
    const count = 1_000_000;
    const sums = [0, 0, 0, 0];
    for (const z of normals(count, 12345, 0)) {
      sums[0] += z;
      sums[1] += z ** 2;
      sums[2] += z ** 3;
      sums[3] += z ** 4;
    }
    // Standard errors: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt(count); four of each.
    const four = 4 / Math.sqrt(count);
    expect(Math.abs(sums[0] / count)).toBeLessThan(four);
    expect(Math.abs(sums[1] / count - 1)).toBeLessThan(four * Math.sqrt(2));
    expect(Math.abs(sums[2] / count)).toBeLessThan(four * Math.sqrt(15));
    expect(Math.abs(sums[3] / count - 3)).toBeLessThan(four * Math.sqrt(96));
  });

  it('passes Kolmogorov and Smirnov, also between neighbours', () => {
    const count = 100_000;
    const all = normals(2 * count, 99, 4);
    // (a + b)/sqrt 2 of neighbours is standard normal again where they are independent.
    const pairs = Float64Array.from({ length: count }, (_, i) => {
      return (all[2 * i] + all[2 * i + 1]) / Math.SQRT2;
    });
    for (const sample of [all.slice(0, count), pairs]) {
      let distance = 0;
      for (const [i, z] of sample.sort().entries()) {
        const cdf = normalCdf(z);
        distance = Math.max(distance, cdf - i / count, (i + 1) / count - cdf);
      }
      // 1.95 / sqrt(n) is exceeded once in a thousand.
      expect(distance).toBeLessThan(1.95 / Math.sqrt(count));
    }
  });
});
