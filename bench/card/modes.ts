import type { Backend } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import type { TensorMap } from '../../src/checkpoint/checkpoint';
import { DyditError } from '../../src/errors';
import type { DitConfig } from '../../src/network/config';
import { Dit } from '../../src/network/dit/dit';
import { Evaluator } from '../evaluator';
import { latentSize, type BenchInputs } from '../inputs';
import { modeNames, type Mode } from '../names';
import type { Lambda } from '../paper';
import { random, syntheticCheckpoint } from '../synthetic';
import { median } from '../timings';
import type { EvaluationWork } from '../work';
import type { ModeFigure } from './figures';
import type { CardNetwork } from './networks';
import { longMs, mostRounds, repeats, timingMs } from './plan';
import { images, weightBytes } from './size';

/** Says what is being done, and ends it on request. */
export interface Watch {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A mode under measurement. */
interface Prepared {
  readonly mode: Mode;
  readonly evaluator: Evaluator;
  readonly work: EvaluationWork;
  readonly rounds: number;
  readonly timings: number[];
}

/**
 * Times a network in every mode; the modes take turns, so that what disturbs the card meets all.
 * @throws DyditError `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled`
 */
export async function measureModes(
  backend: Backend,
  network: CardNetwork,
  lambda: Lambda,
  watch: Watch,
): Promise<readonly ModeFigure[]> {
  const owned = new Owned();
  try {
    const dit = owned.adopt(await makeNetwork(backend, network, lambda, watch));
    const prepared: Prepared[] = [];
    for (const mode of modeNames) {
      watch.say(`Choosing kernels, and a first look: ${mode}`);
      const inputs = inputsOf(network.config);
      const evaluator = owned.adopt(await Evaluator.prepare(dit, inputs, mode, { weightBytes }));
      prepared.push(await lookAt(backend, mode, evaluator, watch));
    }
    for (let repeat = 0; repeat < repeats; repeat++) {
      watch.say(`Measuring, round ${repeat + 1} of ${repeats}`);
      for (const { evaluator, rounds, timings } of prepared) {
        if (timings.some((ms) => ms > longMs) && repeat > 0) continue;
        timings.push(await evaluator.time(rounds, watch.signal));
      }
    }
    return prepared.map(({ mode, work: { gflop, share, bytes }, timings }) => {
      const ms = median(timings);
      const flopsPerByte = (1e9 * gflop) / bytes;
      return { mode, ms, gflopsPerSecond: (1000 * gflop) / ms, share, flopsPerByte };
    });
  } finally {
    owned.destroy();
  }
}

async function makeNetwork(
  backend: Backend,
  { config, share }: CardNetwork,
  lambda: Lambda,
  { say, signal }: Watch,
): Promise<Dit> {
  const tensors = syntheticCheckpoint(config, { share: share(lambda), dtype: 'f16' });
  return Dit.load(
    backend,
    painted(tensors),
    { objective: config.objective },
    {
      signal,
      onProgress: (done) => say(`Making the weights, ${Math.round(100 * done)} %`),
    },
  );
}

/** The page is painted, and hears Cancel, this often while weights are made. */
const paintMs = 100;

function painted(tensors: TensorMap): TensorMap {
  let last = performance.now();
  const pause = async (): Promise<void> => {
    if (performance.now() - last < paintMs) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { ...tensor, bytes: () => pause().then(() => tensor.bytes()) },
    ]),
  );
}

async function lookAt(
  backend: Backend,
  mode: Mode,
  evaluator: Evaluator,
  { signal }: Watch,
): Promise<Prepared> {
  const first = () => evaluator.outputs(signal);
  const { outputs, work } = await backend.guard('an evaluation', first);
  if (!outputs.every(({ prediction }) => prediction.every(Number.isFinite))) {
    throw new DyditError('not-finite', `The network gives numbers without end (${mode}).`);
  }
  const once = await evaluator.time(1, signal);
  const rounds = Math.max(1, Math.min(mostRounds, Math.round(timingMs / once)));
  return { mode, evaluator, work, rounds, timings: once > longMs ? [once] : [] };
}

function inputsOf(config: DitConfig): BenchInputs {
  return {
    labels: Array.from({ length: images }, (_, image) => ({ classId: image })),
    guided: true,
    networkTimes: [500],
    latents: [[...random('noise', images * latentSize(config), 1)]],
  };
}
