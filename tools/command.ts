import { DyditError } from '../src/errors';

/** The command was called wrongly: ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const exitCode = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** Runs a command, and ends the process with what it says: 1 where it failed, 2 where it was called wrongly. */
export async function run(
  usage: string,
  main: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const cancel = new AbortController();
  process.once('SIGINT', () => cancel.abort());
  try {
    await main(cancel.signal);
    process.exitCode = exitCode.done;
  } catch (thrown) {
    if (thrown instanceof UsageError || isArgumentError(thrown)) {
      process.stderr.write(`${thrown.message}\nUsage: ${usage}; --help shows more.\n`);
      process.exitCode = exitCode.usage;
      return;
    }
    const { code, message, advice } = DyditError.from(thrown);
    const cancelled = code === 'cancelled';
    const said = cancelled ? 'Cancelled.' : [message, advice].filter(Boolean).join(' ');
    process.stderr.write(`${said}\n`);
    process.exitCode = cancelled ? exitCode.cancelled : exitCode.failed;
  }
}

/** What parseArgs throws. */
function isArgumentError(thrown: unknown): thrown is Error {
  return thrown instanceof TypeError && 'code' in thrown;
}
