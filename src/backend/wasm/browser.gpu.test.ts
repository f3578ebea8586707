import { describe, expect, test } from 'vitest';
import { describeOps } from '../testing/describe-ops';
import { expectClose } from '../testing/expect-close';
import { runCase, type OpCase } from '../testing/run-case';
import { hasRelaxedSimd } from './relaxed-simd';
import type { BitsAnswer, BitsRequest } from './testing/bits-request';
import { block, decoder } from './testing/several-items';
import { createWasmBackend, type WasmBackend, type WasmOptions } from './wasm-backend';

// Chromium has relaxed SIMD, which Node 20 hides behind a flag, and workers that Vite bundles.

let backend: WasmBackend | undefined;

describeOps(
  'wasm, relaxed SIMD, one thread',
  async () => {
    backend = await createWasmBackend({ threads: 1 });
    return backend;
  },
  { tolerance: { abs: 1e-5, rel: 1e-5 }, liveCount: () => backend?.liveCount ?? 0 },
);

/** Runs a case on a backend made in a worker. */
async function inWorker(request: BitsRequest): Promise<Exclude<BitsAnswer, { error: unknown }>> {
  const worker = new Worker(new URL('./testing/bits-worker.ts', import.meta.url), {
    type: 'module',
  });
  try {
    const answer = await new Promise<BitsAnswer>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<BitsAnswer>) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage(request);
    });
    if ('error' in answer) throw new Error(answer.error.message);
    return answer;
  } finally {
    worker.terminate();
  }
}

const cases: readonly (readonly [string, () => OpCase, string])[] = [
  ['a block', () => block(2), 'x'],
  ['a decoder', decoder, 'y'],
];

describe('wasm in a browser', () => {
  test('the relaxed build is used', async () => {
    expect(hasRelaxedSimd()).toBe(true);
    const { report } = await inWorker({ test: decoder(), options: { threads: 1 }, read: 'y' });
    expect(report.features).toContain('relaxed-simd');
  });

  for (const [name, make, read] of cases) {
    test(`${name}: threads on one memory, and on several, make the bits of one thread`, async () => {
      const one = await inWorker({ test: make(), options: { threads: 1 }, read });
      const shared = await inWorker({ test: make(), options: { threads: 3 }, read });
      expect(shared.report.features).toContain('shared-memory');
      expect(shared.values).toEqual(one.values);
      const several: WasmOptions = { threads: 2, shared: false };
      const apart = await createWasmBackend(several);
      for (const lane of apart.lanes) {
        expect((await runCase(lane, make())).get(read)).toEqual(one.values);
      }
      expect(apart.report.threads).toBe(2);
      apart.destroy();
    });

    test(`${name}: the relaxed build agrees with the plain one`, async () => {
      const fused = await inWorker({ test: make(), options: { threads: 1 }, read });
      const options: WasmOptions = { threads: 1, relaxed: false };
      const plain = await inWorker({ test: make(), options, read });
      expect(plain.report.features).not.toContain('relaxed-simd');
      expect(plain.values).not.toEqual(fused.values);
      const scale = Math.max(...plain.values.map(Math.abs));
      expectClose(fused.values, [...plain.values], { abs: 1e-5 * scale, rel: 1e-5 });
    });
  }
});
