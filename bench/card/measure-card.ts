import type { Backend, Storage } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu-backend';
import { DyditError } from '../../src/errors';
import { tokenCount, type DitConfig } from '../../src/network/config';
import { Dit } from '../../src/network/dit/dit';
import { prepareModes, type Evaluator } from '../evaluator';
import { latentSize, type BenchInputs } from '../inputs';
import { blockCases, flopsOf, recordKernel, shapeOf, type KernelCase } from '../kernel-cases';
import { modeNames, type Mode } from '../options';
import { random, syntheticCheckpoint } from '../synthetic';
import { median } from '../timings';
import type { CardNetwork } from './networks';

/** An evaluation of the network, guided. */
export interface ModeFigure {
  readonly mode: Mode;
  /** Median. */
  readonly ms: number;
  /** Two flops a multiply-add. */
  readonly gflopsPerSecond: number;
  /** Multiply-adds of the blocks over those of the static network. */
  readonly share: number;
}

/** An op of a block alone, all of it active. */
export interface OpFigure {
  readonly op: string;
  /** Rows x inner x columns. */
  readonly shape: string;
  readonly ms: number;
  readonly gflopsPerSecond: number;
}

/** What a visitor's card does. Plain data. */
export interface CardFigures {
  readonly adapter: string;
  /** True where the processor imitates a card. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly browser: string;
  readonly network: string;
  /** Images, each twice for guidance. */
  readonly images: number;
  readonly modes: readonly ModeFigure[];
  readonly ops: readonly OpFigure[];
  /** Whether the ops were timed by the card's own clock. */
  readonly opsByTimestamps: boolean;
}

const images = 1;

/** Timings of which the median is taken, and how long one takes at least. */
const repeats = 5;
const timingMs = 150;
const mostRounds = 50;

/** What an op is repeated for in a run, in ms, and how often that is timed. */
const opMs = 8;
const mostOps = 64;
const opRuns = 8;

/**
 * Measures a network on this browser's card.
 * @param say what is being done
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `out-of-memory`, `limit-too-small`,
 * `not-finite`
 */
export async function measureCard(
  network: CardNetwork,
  say: (text: string) => void,
): Promise<CardFigures> {
  const owned = new Owned();
  try {
    say('Starting the card …');
    const backend = owned.adopt(await createWebGpuBackend(navigator.gpu));
    const { description: adapter, software, features } = backend.report;
    const modes = await measureModes(backend, network, say, owned);
    say('Measuring the parts of a block …');
    const { ops, byTimestamps } = await measureOps(backend, network.config);
    return {
      ...{ adapter, software, features, browser: navigator.userAgent },
      ...{ network: network.name, images, modes, ops, opsByTimestamps: byTimestamps },
    };
  } finally {
    owned.destroy();
  }
}

async function measureModes(
  backend: Backend,
  { config, blocks }: CardNetwork,
  say: (text: string) => void,
  owned: Owned,
): Promise<readonly ModeFigure[]> {
  say('Making the weights …');
  // What it says can only be seen if the page is painted in between.
  await new Promise((resolve) => setTimeout(resolve));
  const tensors = syntheticCheckpoint(config, { depth: blocks });
  const dit = owned.adopt(await Dit.load(backend, tensors));
  say('Choosing kernels …');
  const evaluators = await prepareModes(dit, inputsOf(config), modeNames, owned);
  const subjects = [...evaluators].map(([mode, evaluator]) => ({ mode, evaluator }));
  const prepared = [];
  for (const { mode, evaluator } of subjects) {
    say(`Looking at the first results: ${mode} …`);
    const { outputs, work } = await backend.guard('an evaluation', () => evaluator.outputs());
    if (!outputs.every(({ prediction }) => prediction.every(Number.isFinite))) {
      throw new DyditError('not-finite', `The network gives numbers without end (${mode}).`);
    }
    const rounds = await roundsOf(evaluator);
    const timings: number[] = [];
    prepared.push({ mode, evaluator, work, rounds, timings });
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    say(`Measuring, ${repeat + 1} of ${repeats} …`);
    for (const { evaluator, rounds, timings } of prepared) {
      timings.push(await evaluator.time(rounds));
    }
  }
  return prepared.map(({ mode, work, timings }) => {
    const ms = median(timings);
    return { mode, ms, gflopsPerSecond: (1000 * work.gflop) / ms, share: work.share };
  });
}

async function roundsOf(evaluator: Evaluator): Promise<number> {
  const once = await evaluator.time(1);
  return Math.max(1, Math.min(mostRounds, Math.round(timingMs / once)));
}

function inputsOf(config: DitConfig): BenchInputs {
  return {
    labels: Array.from({ length: images }, (_, image) => ({ classId: image })),
    guided: true,
    networkTimes: [500],
    latents: [[...random('noise', images * latentSize(config), 1)]],
  };
}

async function measureOps(
  backend: Backend,
  config: DitConfig,
): Promise<{ readonly ops: readonly OpFigure[]; readonly byTimestamps: boolean }> {
  const rows = 2 * images * tokenCount(config);
  const { hiddenSize: D, numHeads: heads } = config;
  const timed = [];
  for (const given of blockCases('emoji', { rows, D, heads })) {
    timed.push({ given, ...(await timeOp(backend, given)) });
  }
  return {
    ops: timed.map(({ given, ms }) => ({
      ...{ op: given.name, shape: shapeOf(given), ms },
      gflopsPerSecond: flopsOf(given) / (ms * 1e6),
    })),
    byTimestamps: timed.every(({ byTimestamps }) => byTimestamps),
  };
}

/** An op, often enough in a run that a coarse clock can see it. */
function timeOp(
  backend: Backend,
  given: KernelCase,
): Promise<{ readonly ms: number; readonly byTimestamps: boolean }> {
  return backend.guard(`timing ${given.name}`, async () => {
    const [lane] = backend.lanes;
    const owned = new Owned();
    try {
      const perRun = (opMs * backend.report.linearGflops * 1e6) / flopsOf(given);
      const times = Math.max(1, Math.min(mostOps, Math.round(perRun)));
      const { program, layer, tensors } = recordKernel(given, times);
      const storage: Record<string, Storage> = {};
      for (const [name, tensor] of Object.entries(tensors)) {
        storage[name] = owned.adopt(lane.allocate(`Bench.${name}`, tensor));
      }
      const { inner, columns } = given;
      const weights = owned.adopt(lane.createWeights('Bench'));
      const weight = random('weight', columns * inner, 1 / Math.sqrt(inner));
      await weights.upload({ layer, weight, bias: new Float32Array(columns) });
      const options = { weights, storage, timedRuns: opRuns };
      const executable = owned.adopt(await lane.compile(program, options));
      const start = performance.now();
      for (let run = 0; run < opRuns; run++) await executable.run();
      const device = await executable.deviceMs();
      await lane.readFloats(storage.y, { start: 0, count: 1 });
      const wall = (performance.now() - start) / opRuns;
      // The first run may compile; a clock that saw nothing is none.
      const seen = device?.slice(1).filter((ms) => ms > 0) ?? [];
      const ms = seen.length > 0 ? median(seen) : wall;
      return { ms: ms / times, byTimestamps: seen.length > 0 };
    } finally {
      owned.destroy();
    }
  });
}
