import { parseArgs } from 'node:util';
import { DyditError } from '../src/errors';

export const backendNames = ['webgpu', 'wasm'] as const;
export const configNames = ['emoji', 's2', 'b2', 'xl2'] as const;
export const modeNames = ['static', 'width', 'tokens', 'both'] as const;

/** Which WebGPU adapter: a processor's imitation of one, or the machine's own card. */
export const adapterNames = ['swiftshader', 'native'] as const;

export type AdapterName = (typeof adapterNames)[number];
export type BackendName = (typeof backendNames)[number];
/** A model: the one that ships, or an official size with patches of 2 at 256 pixels. */
export type ConfigName = (typeof configNames)[number];
/** Which of dynamic width and dynamic tokens are on. */
export type Mode = (typeof modeNames)[number];

/** What to measure. */
export interface BenchOptions {
  /** Where the figures go, beside the table. */
  readonly json?: string;
  readonly backends: readonly BackendName[];
  readonly adapter: AdapterName;
  /** What the adapter must have, such as `shader-f16`. */
  readonly features: readonly string[];
  readonly configs: readonly ConfigName[];
  /** B, items of an evaluation. */
  readonly batch: number;
  readonly modes: readonly Mode[];
  /** Numbers of threads that the processor is measured with. */
  readonly threads: readonly number[];
  /** Whether onnxruntime-web is measured too. */
  readonly peers: boolean;
  /** Timings of which the median is taken. */
  readonly repeats: number;
}

export const usage =
  'npm run bench -- [--json FILE] [--backends webgpu,wasm] [--config emoji,s2,b2,xl2] [--batch 2]\n' +
  '  [--adapter swiftshader|native] [--features shader-f16,timestamp-query]\n' +
  '  [--modes static,width,tokens,both] [--threads 1,2] [--peers] [--repeats 5]';

const mostBatch = 32;
const mostThreads = 64;
const mostRepeats = 1000;

/** @throws DyditError `invalid-request` naming the option and what it may be */
export function parseOptions(args: readonly string[]): BenchOptions {
  const values = parseCommandLine(args);
  return {
    json: values.json,
    backends: namesIn('--backends', values.backends, backendNames),
    adapter: nameIn('--adapter', values.adapter, adapterNames),
    features: values.features === '' ? [] : listIn(values.features),
    configs: namesIn('--config', values.config, configNames),
    batch: countIn('--batch', values.batch, mostBatch),
    modes: namesIn('--modes', values.modes, modeNames),
    threads: listIn(values.threads).map((text) => countIn('--threads', text, mostThreads)),
    peers: values.peers,
    repeats: countIn('--repeats', values.repeats, mostRepeats),
  };
}

function parseCommandLine(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'string' },
        backends: { type: 'string', default: 'webgpu,wasm' },
        adapter: { type: 'string', default: 'swiftshader' },
        features: { type: 'string', default: '' },
        config: { type: 'string', default: 'emoji' },
        batch: { type: 'string', default: '2' },
        modes: { type: 'string', default: modeNames.join(',') },
        threads: { type: 'string', default: '1,2' },
        peers: { type: 'boolean', default: false },
        repeats: { type: 'string', default: '5' },
      },
    }).values;
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error));
  }
}

/** Parts between commas, each once, in their order. */
function listIn(text: string): readonly string[] {
  return [...new Set(text.split(',').map((part) => part.trim()))];
}

function nameIn<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === text);
  if (found) return found;
  throw refusal(`${option} is "${text}"; it must be one of ${allowed.join(', ')}.`);
}

function namesIn<T extends string>(
  option: string,
  text: string,
  allowed: readonly T[],
): readonly T[] {
  return listIn(text).map((part) => nameIn(option, part, allowed));
}

function countIn(option: string, text: string, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw refusal(`${option} has "${text}"; a whole number from 1 to ${most} was expected.`);
}

function refusal(message: string): DyditError {
  return new DyditError('invalid-request', message, `Usage: ${usage}`);
}
