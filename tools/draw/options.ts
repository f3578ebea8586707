import { parseArgs } from 'node:util';
import { samplerNames, type SamplerName } from '../../src/sampler/samplers';
import { limits } from '../../src/store/limits';
import { mostPictures, UsageError } from './usage';

/** What was asked for on the command line; what is absent is left to the model. */
export interface DrawOptions {
  readonly kind: 'draw' | 'list' | 'help';
  /** A class's name, emoji or number; '' for `list` and `help`. */
  readonly subject: string;
  readonly style?: string;
  readonly seed?: number;
  readonly count: number;
  readonly steps?: number;
  readonly guidance?: number;
  readonly sampler?: SamplerName;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
  readonly threads?: number;
  readonly model?: string;
  readonly vae?: string;
  readonly output?: string;
  readonly quiet: boolean;
}

/**
 * Reads the command line.
 * @param args without the program's name
 * @throws UsageError naming the first flag or value that is wrong
 */
export function parseDrawOptions(args: readonly string[]): DrawOptions {
  const { values, positionals } = parse(args);
  const kind = values.help ? 'help' : values.list ? 'list' : 'draw';
  const subject = positionals.join(' ');
  if (kind === 'draw' && subject === '') throw new UsageError('No class was given.');
  return {
    kind,
    subject,
    style: values.style,
    seed: integer('seed', values.seed, limits.seed),
    count: integer('count', values.count, { min: 1, max: mostPictures }) ?? 1,
    steps: integer('steps', values.steps, limits.steps),
    guidance: numeric('guidance', values.guidance, limits.guidance),
    sampler: samplerOf(values.sampler),
    dynamicWidth: !values.static && isOn('width', values.width),
    dynamicTokens: !values.static && isOn('tokens', values.tokens),
    threads: integer('threads', values.threads, { min: 1, max: 256 }),
    model: values.model,
    vae: values.vae,
    output: values.output,
    quiet: values.quiet,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        style: { type: 'string' },
        seed: { type: 'string' },
        count: { type: 'string' },
        steps: { type: 'string' },
        guidance: { type: 'string' },
        sampler: { type: 'string' },
        width: { type: 'string', default: 'on' },
        tokens: { type: 'string', default: 'on' },
        static: { type: 'boolean', default: false },
        threads: { type: 'string' },
        model: { type: 'string' },
        vae: { type: 'string' },
        output: { type: 'string', short: 'o' },
        quiet: { type: 'boolean', short: 'q', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    // Node goes on about positional arguments after the first sentence.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split('. ')[0].replace(/\.$/, '')}.`);
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function integer(flag: string, text: string | undefined, range: Range): number | undefined {
  const value = numeric(flag, text, range);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new UsageError(`--${flag} takes a whole number, not ${String(text)}.`);
}

function numeric(flag: string, text: string | undefined, range: Range): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= range.min && value <= range.max) return value;
  throw new UsageError(
    `--${flag} takes a number from ${range.min} to ${range.max}, not "${text}".`,
  );
}

function isOn(flag: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--${flag} takes on or off, not "${text}".`);
}

function samplerOf(text: string | undefined): SamplerName | undefined {
  if (text === undefined) return undefined;
  const name = samplerNames.find((known) => known === text);
  if (name !== undefined) return name;
  throw new UsageError(`--sampler takes ${samplerNames.join(', ')}, not "${text}".`);
}
