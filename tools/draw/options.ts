import { parseArgs } from 'node:util';
import type { ModelChoice } from '../../src/engine/models/model-choice';
import { moveNames, type MoveName, type Moves } from '../../src/network/conditions';
import { samplerNames, type SamplerName } from '../../src/sampler/samplers';
import { limits } from '../../src/store/limits';
import { evenShare } from '../../src/store/subject';
import { UsageError } from '../command';
import { choiceOf, choiceOptions } from '../models/options';
import { mostPictures } from './usage';

/** A second class or style, and its share of the mix. */
export interface MixOption {
  readonly name: string;
  readonly share: number;
}

/** What was asked for on the command line; what is absent is left to the model. */
export interface DrawOptions {
  readonly kind: 'draw' | 'list' | 'help';
  /** A class's name, emoji or number; '' for `list` and `help`. */
  readonly subject: string;
  readonly mix?: MixOption;
  readonly style?: string;
  readonly styleMix?: MixOption;
  readonly seed?: number;
  readonly count: number;
  readonly steps?: number;
  readonly guidance?: number;
  readonly sampler?: SamplerName;
  readonly variation?: number;
  /** In place of what the seed draws. */
  readonly moves?: Moves;
  readonly budget?: number;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
  readonly threads?: number;
  /** Files or folders of a model; the embedded one where there are none. */
  readonly models: readonly string[];
  readonly vae?: string;
  readonly choice: ModelChoice;
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
    mix: mixOf('mix', values.mix),
    style: values.style,
    styleMix: mixOf('style-mix', values['style-mix']),
    seed: integer('seed', values.seed, limits.seed),
    count: integer('count', values.count, { min: 1, max: mostPictures }) ?? 1,
    steps: integer('steps', values.steps, limits.steps),
    guidance: numeric('guidance', values.guidance, limits.guidance),
    sampler: samplerOf(values.sampler),
    variation: numeric('variation', values.variation, { min: 0, max: 1 }),
    moves: movesOf(values.moves),
    budget: numeric('budget', values.budget, { min: -100, max: 100 }),
    dynamicWidth: !values.static && isOn('width', values.width),
    dynamicTokens: !values.static && isOn('tokens', values.tokens),
    threads: integer('threads', values.threads, { min: 1, max: 256 }),
    models: values.model ?? [],
    vae: values.vae,
    choice: choiceOf(values.weights, values.answer),
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
        mix: { type: 'string' },
        style: { type: 'string' },
        'style-mix': { type: 'string' },
        seed: { type: 'string' },
        count: { type: 'string' },
        steps: { type: 'string' },
        guidance: { type: 'string' },
        sampler: { type: 'string' },
        variation: { type: 'string' },
        moves: { type: 'string' },
        budget: { type: 'string' },
        width: { type: 'string', default: 'on' },
        tokens: { type: 'string', default: 'on' },
        static: { type: 'boolean', default: false },
        threads: { type: 'string' },
        ...choiceOptions,
        model: { type: 'string', multiple: true },
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

/** 'avocado:0.4'; half of each where no share is given. A name may have a colon of its own. */
function mixOf(flag: string, text: string | undefined): MixOption | undefined {
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':');
  const share = colon < 0 ? '' : text.slice(colon + 1).trim();
  if (share === '' || Number.isNaN(Number(share))) return { name: text, share: evenShare };
  const range = { min: 0, max: 1 };
  return { name: text.slice(0, colon), share: numeric(flag, share, range) ?? evenShare };
}

/** 'tilt=0.5,mirror=1' */
function movesOf(text: string | undefined): Moves | undefined {
  if (text === undefined) return undefined;
  const moves: Partial<Record<MoveName, number>> = {};
  for (const part of text.split(',')) {
    const [key, value = ''] = part.split('=');
    const name = moveNames.find((known) => known === key.trim().replaceAll('-', '_'));
    if (name === undefined) {
      throw new UsageError(`--moves takes ${moveNames.join(', ')}, not "${key.trim()}".`);
    }
    const range = { min: name === 'mirror' ? 0 : -1, max: 1 };
    const read = name === 'mirror' ? integer : numeric;
    moves[name] = read(`moves ${name}`, value, range);
  }
  return moves;
}
