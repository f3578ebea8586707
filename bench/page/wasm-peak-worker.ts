import { compileKernels } from '../../src/backend/wasm/kernel-files';
import { instantiate } from '../../src/backend/wasm/kernels';
import { hasRelaxedSimd } from '../../src/backend/wasm/relaxed-simd';

/** The factors that `peak` reads, 128 bytes above the kernels' own data. */
const table = 1 << 16;

/** Answers every message, a time in milliseconds, with the GFLOP/s of multiply-adds in registers. */
const loaded = compileKernels({ fused: hasRelaxedSimd(), shared: false }).then((module) => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  new Float32Array(memory.buffer, table, 32).fill(0.001);
  return instantiate(module, memory);
});

addEventListener('message', ({ data }: MessageEvent<number>) => {
  void loaded.then((kernels) => {
    const timed = (rounds: number): number => {
      const start = performance.now();
      kernels.peak(table, rounds);
      return performance.now() - start;
    };
    let rounds = 1 << 16;
    while (timed(rounds) < 5) rounds *= 2;
    // Several short tries: a thread that is interrupted shows in one of them alone.
    const tryMs = 20;
    rounds = Math.ceil((rounds * tryMs) / timed(rounds));
    const times = Array.from({ length: Math.ceil(data / tryMs) }, () => timed(rounds));
    postMessage((2 * kernels.peakWork(rounds)) / (Math.min(...times) * 1e6));
  });
});
