import { parseArgs } from 'node:util';
import { DyditError } from '../src/errors';
import {
  adapterNames,
  backendNames,
  configNames,
  modeNames,
  runtimeNames,
  type AdapterName,
  type BackendName,
  type ConfigName,
  type Mode,
  type RuntimeName,
} from './names';
import { lambdas, type Lambda } from './paper';

/** What to measure. */
export interface BenchOptions {
  /** Where the figures go, beside the table. */
  readonly json?: string;
  readonly backends: readonly BackendName[];
  readonly adapter: AdapterName;
  readonly runtime: RuntimeName;
  /** What the adapter must have, such as `shader-f16`. */
  readonly features: readonly string[];
  readonly configs: readonly ConfigName[];
  /** Of the made-up models. */
  readonly lambda: Lambda;
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
  'npm run bench -- [--json FILE] [--backends webgpu,wasm] [--config emoji,s2,b2,l2,xl2,s2-512,...]\n' +
  '  [--lambda 0.3|0.5|0.7] [--batch 2]\n' +
  '  [--adapter swiftshader|lavapipe|native] [--runtime chromium|node] [--features shader-f16,timestamp-query]\n' +
  '  [--modes static,width,tokens,both] [--threads 1,2] [--peers] [--repeats 5]';

const mostBatch = 32;
const mostThreads = 64;
const mostRepeats = 1000;

/** @throws DyditError `invalid-request` naming the option and what it may be */
export function parseOptions(args: readonly string[]): BenchOptions {
  const values = parseCommandLine(args);
  const adapter = nameIn('--adapter', values.adapter, adapterNames);
  // Chromium takes no imitation of a card but its own.
  const byDefault = adapter === 'lavapipe' ? 'node' : 'chromium';
  const runtime = nameIn('--runtime', values.runtime ?? byDefault, runtimeNames);
  const inNode = runtime === 'node';
  const backends = values.backends ?? (inNode ? 'webgpu' : 'webgpu,wasm');
  const options: BenchOptions = {
    json: values.json,
    backends: namesIn('--backends', backends, backendNames),
    ...{ adapter, runtime },
    features: values.features === '' ? [] : listIn(values.features),
    configs: namesIn('--config', values.config, configNames),
    lambda: lambdaIn(values.lambda),
    batch: countIn('--batch', values.batch, mostBatch),
    modes: namesIn('--modes', values.modes, modeNames),
    threads: listIn(values.threads).map((text) => countIn('--threads', text, mostThreads)),
    peers: values.peers,
    repeats: countIn('--repeats', values.repeats, mostRepeats),
  };
  expectRunnable(options);
  return options;
}

function expectRunnable({ adapter, runtime, backends, peers }: BenchOptions): void {
  if (runtime === 'chromium' && adapter === 'lavapipe') {
    throw refusal('--adapter lavapipe needs --runtime node: Chromium does not take it.');
  }
  if (runtime === 'chromium') return;
  if (backends.includes('wasm')) {
    throw refusal('--runtime node measures webgpu alone; the processor is measured in Chromium.');
  }
  if (peers) throw refusal('--peers needs --runtime chromium: onnxruntime-web runs in a browser.');
}

function parseCommandLine(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'string' },
        backends: { type: 'string' },
        adapter: { type: 'string', default: 'swiftshader' },
        runtime: { type: 'string' },
        features: { type: 'string', default: '' },
        config: { type: 'string', default: 'emoji' },
        lambda: { type: 'string', default: '0.5' },
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

function lambdaIn(text: string): Lambda {
  const found = lambdas.find((lambda) => lambda === Number(text));
  if (found) return found;
  throw refusal(`--lambda is "${text}"; it must be one of ${lambdas.join(', ')}.`);
}

function countIn(option: string, text: string, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw refusal(`${option} has "${text}"; a whole number from 1 to ${most} was expected.`);
}

function refusal(message: string): DyditError {
  return new DyditError('invalid-request', message, `Usage: ${usage}`);
}
