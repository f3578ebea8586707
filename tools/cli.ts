#!/usr/bin/env node
/* `npx dydit-web COMMAND`: each command is a script of its own, which finds its arguments as if called alone. */

import process from 'node:process';

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  draw: () => import('./draw'),
  convert: () => import('./convert'),
  inspect: () => import('./inspect'),
};

const usage = `Usage: dydit-web COMMAND [options]

  draw CLASS           draws pictures, on the processor
  convert IN... OUT    converts a checkpoint to a folder of f16, int8 or f32
  inspect FILE...      says what a checkpoint holds, and what is odd about it

dydit-web COMMAND --help tells the rest.
`;

const wanted = process.argv.splice(2, 1).at(0);
if (wanted !== undefined && Object.hasOwn(commands, wanted)) await commands[wanted]();
else if (wanted === undefined || wanted === '--help' || wanted === '-h')
  process.stdout.write(usage);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
