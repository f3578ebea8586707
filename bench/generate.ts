import { parseArgs } from 'node:util';
import { withBrowserPage } from '../tools/browser-page';
import type { GenerateTiming } from './generate-page';

/** The static model against each toggle, interleaved in one run: medians and ratios. */
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

const timings = new Map<string, GenerateTiming[]>(variants.map(({ name }) => [name, []]));
await withBrowserPage('bench/generate.html', [], async (page) => {
  await page.waitForFunction(() => globalThis.benchGenerate !== undefined);
  const run = async (variant: (typeof variants)[number], steps: number) => {
    const { name, ...toggles } = variant;
    const timing = await page.evaluate((request) => globalThis.benchGenerate?.(request), {
      ...settings,
      ...toggles,
      steps,
    });
    if (!timing) throw new Error('The bench page did not start.');
    return { name, timing };
  };
  // Compiles every pipeline before anything is timed.
  for (const variant of variants) await run(variant, 2);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const variant of variants) {
      const { name, timing } = await run(variant, settings.steps);
      timings.get(name)?.push(timing);
      console.log(
        `${repeat + 1}  ${name.padEnd(7)} sampling ${timing.samplingMs.toFixed(0)} ms` +
          `  gpu ${timing.gpuMs?.toFixed(0) ?? '-'} ms  share ${(100 * timing.share).toFixed(1)} %`,
      );
    }
  }
});
const staticMedian = median((timings.get('static') ?? []).map(({ samplingMs }) => samplingMs));
console.log(`\nmedian of ${repeats}, ${settings.steps} steps, ${settings.images} image(s)`);
for (const [name, runs] of timings) {
  const milliseconds = median(runs.map(({ samplingMs }) => samplingMs));
  const share = 100 * runs[0].share;
  console.log(
    `${name.padEnd(7)} ${milliseconds.toFixed(0)} ms  speed-up ${(staticMedian / milliseconds).toFixed(2)}` +
      `  multiply-adds ${share.toFixed(1)} %`,
  );
}
