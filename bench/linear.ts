import { parseArgs } from 'node:util';
import { withBrowserPage } from '../tools/browser-page';
import type { LinearRequest, LinearShape, LinearTiming } from './linear-page';

/** Median throughput of each variant of the linear kernel, interleaved in one run. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);

/** Multiply-adds of one timed pass: long enough for the clock, short enough to repeat. */
const passWork = 2 ** 27;

/** The emoji model's products: two and eight items of 64 tokens; qkv, fc1, fc2, proj. */
const shapes: readonly LinearShape[] = [128, 512].flatMap((rows) => [
  { rows, inner: 256, columns: 768 },
  { rows, inner: 256, columns: 1024 },
  { rows, inner: 1024, columns: 256 },
  { rows, inner: 256, columns: 256 },
]);
const variants = ['naive', 'register', 'tiled'] as const;
const storages = ['f32', 'f16-packed'] as const;

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

await withBrowserPage('bench/linear.html', [], async (page) => {
  await page.waitForFunction(() => globalThis.benchLinear !== undefined);
  const run = async (request: LinearRequest): Promise<LinearTiming> => {
    const timing = await page.evaluate((given) => globalThis.benchLinear?.(given), request);
    if (!timing) throw new Error('The bench page did not start.');
    return timing;
  };
  let clock: LinearTiming['clock'] = 'wall clock';
  for (const shape of shapes) {
    const { rows, inner, columns } = shape;
    const repeats = Math.max(1, Math.round(passWork / (rows * inner * columns)));
    const found = new Map<string, number[]>();
    // Round 0 compiles and warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const storage of storages) {
        for (const variant of variants) {
          const timing = await run({ ...shape, variant, storage, repeats });
          clock = timing.clock;
          const name = `${variant} ${storage}`;
          if (round > 0) found.set(name, [...(found.get(name) ?? []), timing.gflops]);
        }
      }
    }
    const cells = [...found].map(([name, gflops]) => `${name} ${median(gflops).toFixed(2)}`);
    console.log(`${rows} x ${inner} x ${columns}`.padEnd(18), cells.join('  '));
  }
  console.log(`GFLOP/s, two flops a multiply-add; median of ${rounds}, ${clock}`);
});
