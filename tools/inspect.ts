import { parseArgs } from 'node:util';
import { reportOn } from '../src/engine/models/report';
import { choiceOf, commonHelp, commonOptions, openPaths, run, UsageError } from './models/command';

const usage = 'inspect FILE... [--read]';

const help = `Says what a checkpoint holds: its configuration, what it does not say, what is odd, its tensors.

Usage: ${usage}

  --read              read every number, to find those that are none
${commonHelp}`;

await run(usage, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...commonOptions, read: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (positionals.length === 0) throw new UsageError('FILE is missing.');
  const lines = await reportOn(await openPaths(positionals), {
    choice: choiceOf(values.weights, values.answer),
    readsAll: values.read ?? false,
  });
  process.stdout.write(`${lines.join('\n')}\n`);
});
