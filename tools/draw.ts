import { DyditError } from '../src/errors';
import { draw } from './draw/draw';
import { parseDrawOptions } from './draw/options';
import { allowRelaxedSimd } from './draw/relaxed-simd';
import { calledAs, help, UsageError } from './draw/usage';

const exitCode = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** Draws pictures from the command line; see `draw/usage.ts`. */
async function main(args: readonly string[]): Promise<number> {
  const cancel = new AbortController();
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', () => cancel.abort());
  try {
    const options = parseDrawOptions(args);
    if (options.kind === 'help') {
      process.stdout.write(help);
      return exitCode.done;
    }
    allowRelaxedSimd();
    await draw(options, {
      out: (line) => process.stdout.write(`${line}\n`),
      err: process.stderr,
      signal: cancel.signal,
    });
    return exitCode.done;
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      process.stderr.write(
        `${thrown.message}\nUsage: ${calledAs} CLASS [options]; --help shows them.\n`,
      );
      return exitCode.usage;
    }
    const { code, message, advice } = DyditError.from(thrown);
    if (code === 'cancelled') {
      process.stderr.write('Cancelled.\n');
      return exitCode.cancelled;
    }
    process.stderr.write(`${[message, advice].filter(Boolean).join(' ')}\n`);
    return exitCode.failed;
  }
}

process.exit(await main(process.argv.slice(2)));
