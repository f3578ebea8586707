import type { Backend, Lane, Storage } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { flopsOf, recordKernel, type KernelCase, type KernelStorage } from '../kernel-cases';
import { random } from '../synthetic';
import { kernelWeights } from './kernel-weights';

/** GFLOP/s of an op, the best of several tries. */
export interface KernelTiming {
  readonly gflopsPerSecond: number;
}

/** Products of the output that are worked out beside the kernel. */
const checked = 64;
const tolerance = 1e-3;
/** A try takes about this long; there are some, but not more than fit into a second. */
const tryMs = 60;
const mostTries = 7;
const allTriesMs = 1000;

/**
 * Runs an op alone, compares some of its outputs with sums in double precision, then times it.
 * @throws Error where an output is wrong
 */
export function timeKernel(
  backend: Backend,
  given: KernelCase,
  storage: KernelStorage,
): Promise<KernelTiming> {
  return backend.guard(`the kernel ${given.name}`, async () => {
    const owned = new Owned();
    try {
      return await timeOn(backend.lanes[0], { given, weightStorage: storage }, owned);
    } finally {
      owned.destroy();
    }
  });
}

async function timeOn(
  lane: Lane,
  { given, weightStorage }: { readonly given: KernelCase; readonly weightStorage: KernelStorage },
  owned: Owned,
): Promise<KernelTiming> {
  const { rows, inner, columns } = given;
  const { program, layer, tensors } = recordKernel(given);
  const data = {
    x: random('x', rows * inner, 1),
    y: new Float32Array(rows * columns),
    gate: random('gate', columns, 1),
  };
  const storage: Record<string, Storage> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    storage[name] = owned.adopt(lane.allocate(`Bench.${name}`, tensor));
  }
  lane.write(storage.x, data.x);
  if ('gate' in storage) lane.write(storage.gate, data.gate);
  const { stored, values } = kernelWeights(given, weightStorage);
  const bias = random('bias', columns, 0.1);
  const weights = owned.adopt(lane.createWeights('Bench'));
  await weights.upload({ layer, weight: stored, bias });
  const executable = owned.adopt(await lane.compile(program, { weights, storage }));

  await executable.run({});
  expectProducts(given, { ...data, weight: values, bias }, await lane.readFloats(storage.y));

  const time = async (runs: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) await executable.run({});
    await lane.readFloats(storage.y, { start: 0, count: 1 });
    return performance.now() - start;
  };
  const once = await time(1);
  const runs = Math.max(1, Math.round(tryMs / once));
  const tries = Math.min(mostTries, Math.floor(allTriesMs / (runs * once)));
  // Where one run is all that there is time for, it is the timing.
  const times: number[] = tries === 0 ? [once] : [];
  for (let i = 0; i < tries; i++) times.push(await time(runs));
  return { gflopsPerSecond: (flopsOf(given) * runs) / (Math.min(...times) * 1e6) };
}

interface KernelData {
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly gate: Float32Array;
}

function expectProducts(given: KernelCase, data: KernelData, y: Float32Array): void {
  const { rows, columns } = given;
  for (let i = 0; i < checked; i++) {
    // Spread over the output, the corners among them.
    const row = Math.round((i * (rows - 1)) / (checked - 1));
    const column = (i * 7919) % columns;
    const at = row * columns + column;
    const expected = productAt(given, data, row, column);
    if (Math.abs(y[at] - expected) <= tolerance) continue;
    throw new Error(
      `${given.name} of ${given.config}: ${y[at]} in row ${row}, column ${column}; expected ${expected}.`,
    );
  }
}

function productAt(
  { kind, inner }: KernelCase,
  { x, weight, bias, gate }: KernelData,
  row: number,
  column: number,
): number {
  let sum = bias[column];
  for (let k = 0; k < inner; k++) sum += x[row * inner + k] * weight[column * inner + k];
  if (kind === 'addGated') return gate[column] * sum;
  if (kind !== 'gelu') return sum;
  return 0.5 * sum * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (sum + 0.044715 * sum ** 3)));
}
