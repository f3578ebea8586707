import { writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { DyditError } from '../src/errors';
import { parseOptions } from './options';
import { reportSchema } from './report';
import { runBench } from './run-bench';
import { withChromium } from './runtime/chromium';
import { withNode } from './runtime/node';
import { table } from './table';

async function main(args: readonly string[]): Promise<number> {
  const refusals: string[] = [];
  try {
    const options = parseOptions(args);
    const started = performance.now();
    const log = (line: string): void => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.error(`${seconds.padStart(4)} s  ${line}`);
    };
    const withRuntime = options.runtime === 'node' ? withNode : withChromium;
    const measured = await withRuntime(options.adapter, (runtime) =>
      runBench({ runtime, options, refusals, log }),
    );
    const report = v.parse(reportSchema, measured);
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
