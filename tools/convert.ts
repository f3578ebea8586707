import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { targetDtypes } from '../src/checkpoint/convert/converted-tensor';
import { roundingError } from '../src/checkpoint/convert/rounding-error';
import { assumed } from '../src/engine/models/assumed';
import { inspect } from '../src/engine/models/inspect';
import { keepModel } from '../src/engine/models/keep';
import { describeRounding } from '../src/engine/models/rounding';
import { resolveFiles } from '../src/engine/models/resolve';
import { run, UsageError } from './command';
import { choiceOf, commonHelp, commonOptions, openPaths } from './models/options';
import { folderStorage } from './models/folder-storage';

const usage = 'convert IN... OUT [--dtype f16|int8|f32]';

const help = `Converts a checkpoint to a folder that the page and the engine open: files of at most 64 MB and a
manifest with their hashes. Drop it on the page, or put it on any static host. Says of every tensor that is
rounded how far the new numbers are from the old ones.

Usage: ${usage}

IN is a checkpoint, or several files or folders that belong together: shards, a VAE, a config.json, class
names. OUT is a folder that is empty or does not exist; what a conversion before left unfinished is gone on
with.

  --dtype TYPE        f16, int8 (a scale for each row) or f32 (f16)
  --name NAME         name of the model (the file's)
${commonHelp}`;

await run(usage, async (signal) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...commonOptions, dtype: { type: 'string' }, name: { type: 'string' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const out = positionals.at(-1);
  if (out === undefined || positionals.length < 2) throw new UsageError('IN and OUT are missing.');
  const dtype = targetDtypes.find((type) => type === (values.dtype ?? 'f16'));
  if (!dtype) throw new UsageError(`--dtype takes ${targetDtypes.join(', ')}.`);
  const files = await openPaths(positionals.slice(0, -1));
  const path = resolve(out);
  const present: readonly string[] = await readdir(path).catch(() => []);
  if (present.length > 0 && !present.includes('unfinished.json')) {
    throw new UsageError(`${out} is not empty.`);
  }
  await mkdir(dirname(path), { recursive: true });
  const choice = choiceOf(values.weights, values.answer);
  const model = await resolveFiles(files, choice);
  const inspected = await inspect(files, choice);
  const passedOver = inspected.passedOver.map(({ sentence }) => sentence);
  const remarks = inspected.model ? [...assumed(inspected.model), ...inspected.model.leftOut] : [];
  for (const remark of [...remarks, ...passedOver]) {
    process.stderr.write(`${remark}\n`);
  }
  let shown = -1;
  const rounded: string[] = [];
  await keepModel(folderStorage(dirname(path)), model, {
    ...{ dtype, signal, folder: basename(path), from: files.map(({ name }) => name) },
    ...(values.name === undefined ? {} : { name: values.name }),
    async onConverted(tensor, parts) {
      const line = describeRounding(tensor, await roundingError(tensor, parts));
      if (line !== undefined) rounded.push(line);
    },
    onProgress(fraction) {
      const tenth = Math.floor(10 * fraction);
      if (tenth > shown) process.stderr.write(`${10 * (shown = tenth)} %\n`);
    },
  });
  process.stdout.write([...rounded, out, ''].join('\n'));
});
