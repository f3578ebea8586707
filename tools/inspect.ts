import { parseArgs } from 'node:util';
import { targetDtypes } from '../src/checkpoint/convert/converted-tensor';
import { reportOn } from '../src/engine/models/report';
import { run, UsageError } from './command';
import { choiceOf, commonHelp, commonOptions, openPaths } from './models/options';

const usage = 'inspect FILE... [--read] [--dtype f16|int8|f32]';

const help = `Says what a checkpoint holds: its configuration, what it does not say, what is odd, its tensors.

Usage: ${usage}

  --read              read every number, to find those that are none
  --dtype TYPE        say of every tensor how far off it would be, converted to this type
${commonHelp}`;

await run(usage, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...commonOptions, read: { type: 'boolean' }, dtype: { type: 'string' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (positionals.length === 0) throw new UsageError('FILE is missing.');
  const convertedTo = targetDtypes.find((type) => type === values.dtype);
  if (values.dtype !== undefined && !convertedTo) {
    throw new UsageError(`--dtype takes ${targetDtypes.join(', ')}.`);
  }
  const lines = await reportOn(await openPaths(positionals), {
    choice: choiceOf(values.weights, values.answer),
    readsAll: values.read ?? false,
    ...(convertedTo && { convertedTo }),
  });
  process.stdout.write(`${lines.join('\n')}\n`);
});
