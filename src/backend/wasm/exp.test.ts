import { describe, expect, test } from 'vitest';
import { compileKernels } from './kernel-files';
import { instantiate, type Kernels } from './kernels';
import { hasRelaxedSimd } from './relaxed-simd';

const count = 1 << 16;
const [from, to] = [1024, 1024 + count * 4];

type Function = 'exponentials' | 'gelus';

/** The kernel's values at `xs`. */
async function evaluate(name: Function, xs: Float32Array, fused: boolean): Promise<Float32Array> {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const kernels: Kernels = await instantiate(
    await compileKernels({ fused, shared: false }),
    memory,
  );
  new Float32Array(memory.buffer, from, count).set(xs);
  kernels[name](from, to, count);
  return new Float32Array(memory.buffer, to, count);
}

/** Largest |value / expected - 1|. */
function worstRatio(
  xs: Float32Array,
  values: Float32Array,
  expected: (x: number) => number,
): number {
  return xs.reduce((worst, x, i) => Math.max(worst, Math.abs(values[i] / expected(x) - 1)), 0);
}

function spread(low: number, high: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

function gelu(x: number): number {
  const u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
  // 0.5 x (1 + tanh u) without the cancellation, in f64
  return x / (1 + Math.exp(-2 * u));
}

// The builds that this engine can run; the fused one has its tests in the browser.
for (const fused of hasRelaxedSimd() ? [false, true] : [false]) {
  describe(`exponential, ${fused ? 'fused' : 'plain'}`, () => {
    test.each([
      [-87, -1],
      [-1, 1],
      [-1e-3, 1e-3],
      [1, 88],
    ])('is within 2e-7 of e^x from %f to %f', async (low, high) => {
      const xs = spread(low, high);
      expect(worstRatio(xs, await evaluate('exponentials', xs, fused), Math.exp)).toBeLessThan(
        2e-7,
      );
    });

    test('is tiny below, large and finite above, and NaN of NaN', async () => {
      const values = await evaluate(
        'exponentials',
        Float32Array.from([-Infinity, -1000, 1000, Infinity, NaN, 0]),
        fused,
      );
      expect(values[0]).toBeLessThan(2e-38);
      expect(values[1]).toBeLessThan(2e-38);
      expect(values[2]).toBeGreaterThan(1e38);
      expect(Number.isFinite(values[3])).toBe(true);
      expect(values[4]).toBeNaN();
      expect(values[5]).toBe(1);
    });

    test('GELU is within 1e-6 of its value down to -2, and within 2e-7 of x everywhere', async () => {
      const near = spread(-2, 12);
      const values = await evaluate('gelus', near, fused);
      expect(worstRatio(near, values, gelu)).toBeLessThan(1e-6);
      const xs = spread(-12, 12);
      const all = await evaluate('gelus', xs, fused);
      const worst = xs.reduce((w, x, i) => Math.max(w, Math.abs((all[i] - gelu(x)) / x)), 0);
      expect(worst).toBeLessThan(2e-7);
      const far = await evaluate('gelus', Float32Array.from([-1e30, -100, -20, 1e30]), fused);
      for (const value of far.subarray(0, 3)) expect(Math.abs(value)).toBeLessThan(1e-6);
      expect(far[3]).toBe(Math.fround(1e30));
    });
  });
}
