import { parseArgs } from 'node:util';
import { withBrowserPage } from '../tools/browser-page';
import { gpuProcessSeconds } from '../tools/gpu-process-time';
import type { GenerateTiming } from './generate-page';

/**
 * The static model against each toggle, interleaved in one run: medians and ratios. On a machine
 * that others use too, trust the processor seconds of the GPU process over the clock.
 */
const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '3' },
    steps: { type: 'string', default: '25' },
    images: { type: 'string', default: '1' },
  },
});
const repeats = Number(values.repeats);
const settings = { steps: Number(values.steps), images: Number(values.images) };
const variants = [
  { name: 'static', dynamicWidth: false, dynamicTokens: false },
  { name: 'width', dynamicWidth: true, dynamicTokens: false },
  { name: 'tokens', dynamicWidth: false, dynamicTokens: true },
  { name: 'both', dynamicWidth: true, dynamicTokens: true },
];

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** A run's timing, with the processor seconds of the browser's GPU process. */
interface Measurement extends GenerateTiming {
  readonly cpuSeconds: number;
}

const timings = new Map<string, Measurement[]>(variants.map(({ name }) => [name, []]));
await withBrowserPage('bench/generate.html', [], async (page) => {
  await page.waitForFunction(() => globalThis.benchGenerate !== undefined);
  const run = async (variant: (typeof variants)[number], steps: number) => {
    const { name, ...toggles } = variant;
    const before = gpuProcessSeconds() ?? 0;
    const timing = await page.evaluate((request) => globalThis.benchGenerate?.(request), {
      ...settings,
      ...toggles,
      steps,
    });
    if (!timing) throw new Error('The bench page did not start.');
    return { name, timing: { ...timing, cpuSeconds: (gpuProcessSeconds() ?? 0) - before } };
  };
  // Compiles every pipeline before anything is timed.
  for (const variant of variants) await run(variant, 2);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const variant of variants) {
      const { name, timing } = await run(variant, settings.steps);
      timings.get(name)?.push(timing);
      console.log(
        `${repeat + 1}  ${name.padEnd(7)} sampling ${timing.samplingMs.toFixed(0)} ms` +
          `  gpu ${timing.gpuMs?.toFixed(0) ?? '-'} ms` +
          `  cpu ${timing.cpuSeconds.toFixed(1)} s  share ${(100 * timing.share).toFixed(1)} %`,
      );
    }
  }
});
const staticRuns = timings.get('static') ?? [];
console.log(`\nmedian of ${repeats}, ${settings.steps} steps, ${settings.images} image(s)`);
for (const [name, runs] of timings) {
  const ratio = (value: (run: Measurement) => number) =>
    median(staticRuns.map(value)) / median(runs.map(value));
  console.log(
    `${name.padEnd(7)} static/this by the clock ${ratio((run) => run.samplingMs).toFixed(2)}` +
      `  by processor time ${ratio((run) => run.cpuSeconds).toFixed(2)}` +
      `  multiply-adds ${(100 * runs[0].share).toFixed(1)} %`,
  );
}
