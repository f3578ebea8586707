import { run } from './command';
import { draw } from './draw/draw';
import { parseDrawOptions } from './draw/options';
import { allowRelaxedSimd } from './draw/relaxed-simd';
import { calledAs, help } from './draw/usage';

// Draws pictures from the command line; see `draw/usage.ts`.
await run(`${calledAs} CLASS [options]`, async (signal) => {
  const options = parseDrawOptions(process.argv.slice(2));
  if (options.kind === 'help') {
    process.stdout.write(help);
    return;
  }
  allowRelaxedSimd();
  await draw(options, {
    out: (line) => process.stdout.write(`${line}\n`),
    err: process.stderr,
    signal,
  });
});
// The engine's threads would keep the process.
process.exit();
