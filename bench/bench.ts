import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as v from 'valibot';
import { DyditError } from '../src/errors';
import { withBrowser } from '../tools/browser-page';
import { chromiumArgs, nativeArgs } from '../tools/chromium';
import type { BenchContext } from './context';
import { expectAdapter } from './expect-adapter';
import { benchKernels, benchPictures, measurePeaks } from './machines';
import { benchNetwork, type NetworkFigures } from './networks';
import { parseOptions, type BenchOptions } from './options';
import type { BenchPage } from './page/page';
import { assemble } from './assemble';
import { reportSchema, type BenchReport } from './report';
import { openBenchPage } from './subjects';
import { table } from './table';

declare const benchPage: BenchPage;

/** The processor in words. */
function processor(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}

/** Measures what was asked for. */
function runBench(
  options: BenchOptions,
  refusals: string[],
  log: (line: string) => void,
): Promise<BenchReport> {
  // onnxruntime-web finds its WebAssembly beside itself, so it must stay where it is.
  const args = options.adapter === 'native' ? nativeArgs : chromiumArgs;
  return withBrowser({ exclude: ['onnxruntime-web'], args }, async (browser) => {
    const page = await openBenchPage(browser);
    const adapter = options.backends.includes('webgpu')
      ? await page.evaluate(() => benchPage.adapter())
      : undefined;
    await page.close();
    if (adapter) expectAdapter(options, adapter);
    const context: BenchContext = { browser, options, adapter, refusals, log, peaks: [] };
    await measurePeaks(context);
    const networks: NetworkFigures[] = [];
    for (const config of options.configs) {
      networks.push(await benchNetwork(context, config));
      await measurePeaks(context);
    }
    const kernels = await benchKernels(context);
    const pictures = options.configs.includes('emoji') ? await benchPictures(context) : [];
    await measurePeaks(context);
    return assemble(context, { cpu: processor(), networks, kernels, pictures });
  });
}

async function main(args: readonly string[]): Promise<number> {
  const refusals: string[] = [];
  try {
    const options = parseOptions(args);
    const started = performance.now();
    const log = (line: string): void => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.error(`${seconds.padStart(4)} s  ${line}`);
    };
    const report = v.parse(reportSchema, await runBench(options, refusals, log));
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    for (const refusal of refusals) console.error(`REFUSED  ${refusal}`);
    console.log(table(report));
    return refusals.length === 0 ? 0 : 1;
  } catch (error) {
    const { message, advice } = DyditError.from(error);
    for (const refusal of refusals) console.error(`REFUSED  ${refusal}`);
    console.error([message, advice].filter(Boolean).join('\n'));
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
