import type { Backend, Lane, Storage, WeightSet } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { DyditError } from '../../src/errors';
import { tokenCount, type DitConfig } from '../../src/network/config';
import type { Program } from '../../src/ops/program';
import type { Tensor } from '../../src/ops/tensor';
import type { ActiveWidth } from '../../src/ops/width';
import { blockCases, recordKernel, shapeOf, type KernelCase } from '../kernel-cases';
import { opWork } from '../roofline';
import { random } from '../synthetic';
import { median } from '../timings';
import { openWidth, recordAttention, type AttentionCase } from '../workplace/attention';
import type { OpFigure } from './figures';
import type { Watch } from './modes';
import { images } from './size';

/** What an op is repeated for in a run, in ms, and how often that is timed. */
const runMs = 8;
const mostTimes = 64;
const timedRuns = 8;

/** Weights of these are floats: the op alone, without what halves cost to widen. */
const weightBytes = 4;

/** An op that is recorded, several times over. */
interface Recorded {
  readonly op: string;
  readonly shape: string;
  readonly program: Program;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly width?: ActiveWidth;
  /** Uploads what the op needs. */
  readonly upload: (weights: WeightSet) => Promise<void>;
}

/** Times the ops of a block alone, everything active. @throws DyditError `cancelled` */
export async function measureOps(
  backend: Backend,
  config: DitConfig,
  { say, signal }: Watch,
): Promise<{ readonly ops: readonly OpFigure[]; readonly byTimestamps: boolean }> {
  const timed: { readonly figure: OpFigure; readonly byTimestamps: boolean }[] = [];
  const { linearGflops } = backend.report;
  for (const record of recorders(config)) {
    const { flops } = workOf(record(1));
    const times = Math.round((runMs * linearGflops * 1e6) / flops);
    const recorded = record(Math.max(1, Math.min(mostTimes, times)));
    say(`Measuring the parts of a block: ${recorded.op}`);
    if (signal.aborted) throw new DyditError('cancelled', 'Cancelled.');
    timed.push(await timeOp(backend, recorded));
  }
  return {
    ops: timed.map(({ figure }) => figure),
    byTimestamps: timed.every(({ byTimestamps }) => byTimestamps),
  };
}

function recorders(config: DitConfig): readonly ((times: number) => Recorded)[] {
  const { hiddenSize: D, numHeads: heads } = config;
  const tokens = tokenCount(config);
  const attention: AttentionCase = { tokens, heads, size: D / heads };
  const products = blockCases('emoji', { rows: 2 * images * tokens, D, heads });
  return [
    ...products.map((given) => (times: number) => recordedProduct(given, times)),
    (times) => recordedAttention(attention, times),
  ];
}

function recordedProduct(given: KernelCase, times: number): Recorded {
  const { program, layer, tensors } = recordKernel(given, times);
  const { inner, columns, name } = given;
  return {
    ...{ op: name, shape: shapeOf(given), program, tensors },
    upload: (weights) => {
      const weight = random('weight', columns * inner, 1 / Math.sqrt(inner));
      return weights.upload({ layer, weight, bias: new Float32Array(columns) });
    },
  };
}

function recordedAttention(given: AttentionCase, times: number): Recorded {
  const { tokens, heads, size } = given;
  const { program, qkv, y } = recordAttention(given, times);
  return {
    ...{ op: 'attention', shape: `${tokens} tokens, ${heads} heads of ${size}` },
    ...{ program, tensors: { qkv, y }, width: openWidth(heads) },
    upload: () => Promise.resolve(),
  };
}

/** Of all ops of a program, everything active. */
function workOf({ program }: Recorded): { readonly flops: number; readonly bytes: number } {
  const works = program.ops.map((op) =>
    opWork(op, program, { evaluation: 0, rows: () => 0 }, weightBytes),
  );
  return {
    flops: works.reduce((sum, { flops }) => sum + flops, 0),
    bytes: works.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function timeOp(
  backend: Backend,
  recorded: Recorded,
): Promise<{ readonly figure: OpFigure; readonly byTimestamps: boolean }> {
  const { op, shape, program } = recorded;
  return backend.guard(`timing ${op}`, async () => {
    const owned = new Owned();
    try {
      const { ms, byTimestamps } = await timeRuns(backend.lanes[0], recorded, owned);
      const { flops, bytes } = workOf(recorded);
      const once = ms / program.ops.length;
      const figure = { op, shape, ms: once, gflopsPerSecond: flops / (ms * 1e6) };
      return { figure: { ...figure, flopsPerByte: flops / bytes }, byTimestamps };
    } finally {
      owned.destroy();
    }
  });
}

/** Median milliseconds of a run: by the device's clock, else by the one on the wall. */
async function timeRuns(
  lane: Lane,
  { program, tensors, width, upload }: Recorded,
  owned: Owned,
): Promise<{ readonly ms: number; readonly byTimestamps: boolean }> {
  const storage: Record<string, Storage> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    storage[name] = owned.adopt(lane.allocate(`Bench.${name}`, tensor));
  }
  const weights = owned.adopt(lane.createWeights('Bench'));
  await upload(weights);
  const options = { weights, storage, width, timedRuns };
  const executable = owned.adopt(await lane.compile(program, options));
  const start = performance.now();
  for (let run = 0; run < timedRuns; run++) await executable.run();
  const device = await executable.deviceMs();
  await lane.readFloats(storage.y, { start: 0, count: 1 });
  const wall = (performance.now() - start) / timedRuns;
  // The first run may compile; a clock that saw nothing is none.
  const seen = device?.slice(1).filter((ms) => ms > 0) ?? [];
  return seen.length > 0
    ? { ms: median(seen), byTimestamps: true }
    : { ms: wall, byTimestamps: false };
}
