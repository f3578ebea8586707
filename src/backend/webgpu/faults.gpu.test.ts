import { afterAll, expect, test } from 'vitest';
import { DyditError } from '../../errors';
import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { Backend } from '../backend';
import { Owned } from '../owned';
import { expectSameBits } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import {
  FaultyGpu,
  faultyCalls,
  waysOf,
  type Fault,
  type FaultWay,
  type FaultyCall,
} from './testing/faulty-gpu';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

/** Of every way in which every call can fail. */
const timesEach = 3;

/** Every lost device is another one to start, and those who run this may have little processor left. */
const timeout = 600_000;

const layer: LinearLayer = { kind: 'linear', name: 'layer', n: wholeAxis(20), k: wholeAxis(20) };
const data = seededRandom(1);
const weight = randomFloats(data, 400);
const bias = randomFloats(data, 20);
const input = randomFloats(data, 5 * 20);

/** Loads, compiles, runs and reads, as the engine does; frees what it made, whatever happens. */
async function round(backend: Backend): Promise<Float32Array> {
  const [lane] = backend.lanes;
  const owned = new Owned();
  try {
    const weights = owned.adopt(lane.createWeights('Faults'));
    await backend.guard('loading', () => weights.upload({ layer, weight, bias }));
    const net = new Recorder('Faults');
    const x = net.external('x', rowsOf(5, layer.k));
    const y = net.external('y', rowsOf(5, layer.n));
    net.linear(net.linear(x, layer, { activation: 'gelu' }), layer, { into: y });
    const storage = {
      x: owned.adopt(lane.allocate('x', x)),
      y: owned.adopt(lane.allocate('y', y)),
    };
    const copied = owned.adopt(lane.allocate('copied', x));
    lane.write(copied, input);
    const executable = owned.adopt(
      await lane.compile(net.finish(), { weights, storage, timedRuns: 2 }),
    );
    return await backend.guard('running', async () => {
      await executable.run();
      await lane.readFloats(storage.y, { start: 0, count: 1 });
      lane.copy(copied, { start: 0, count: input.length }, storage.x, 0);
      await executable.run();
      await executable.deviceMs();
      return lane.readFloats(storage.y);
    });
  } finally {
    // The watch looks at what is freed, on the same device.
    faulty.disarm();
    owned.destroy();
  }
}

const watched = new WatchedGpu(navigator.gpu);
const faulty = new FaultyGpu(watched.gpu);
const open = (): Promise<Backend> =>
  createWebGpuBackend(faulty.gpu, { forced: { linear: 'naive' } });
let backend = await open();
afterAll(() => backend.destroy());
/** Calls that only a device on which nothing was compiled yet sees. */
const whileCompiling: readonly FaultyCall[] = [
  'createShaderModule',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createComputePipelineAsync',
];

/** How often a round makes each call. */
const calls = new Map<FaultyCall, number>();
const expected = await round(backend);
for (const call of whileCompiling) calls.set(call, faulty.count(call));
faulty.arm();
await round(backend);
for (const call of faultyCalls) {
  if (!whileCompiling.includes(call)) calls.set(call, faulty.count(call));
}

/** Every fault that there can be, several times each, in an order of no plan. */
function allFaults(): readonly Omit<Fault, 'after'>[] {
  const random = seededRandom(7);
  return faultyCalls
    .flatMap((call) => waysOf(call).map((way) => ({ call, way })))
    .flatMap((fault) => Array.from({ length: timesEach }, () => ({ fault, at: random() })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ fault }) => fault);
}

/** What a fault may come to; with a typed error where it is not the right numbers. */
function codesOf({ call, way }: Omit<Fault, 'after'>): readonly (string | undefined)[] {
  if (way === 'lost') return ['device-lost', undefined];
  if (whileCompiling.includes(call)) return ['shader-failed'];
  // That a submission is done is only asked to keep the pace.
  if (call === 'onSubmittedWorkDone') return [undefined];
  const memory: readonly FaultWay[] = ['RangeError', 'GPUOutOfMemoryError'];
  return memory.includes(way) ? ['out-of-memory'] : ['internal'];
}

/** A sentence that says what was being done, and another with what to do now. */
function expectSentences(error: DyditError, what: string): void {
  expect(error.message, what).toMatch(/^[A-Z][^]*\S/);
  expect(error.message, what).not.toContain('Something unexpected');
  expect(error.advice, what).toMatch(/^[A-Z].*\.$/);
}

test(
  'every fault at random moments: the right numbers or a typed error, and no buffer left',
  async () => {
    const random = seededRandom(8);
    const met = new Set<string>();
    for (const [time, { call, way }] of allFaults().entries()) {
      if (whileCompiling.includes(call)) {
        backend.destroy();
        backend = await open();
      }
      const before = watched.live;
      const fault: Fault = { call, way, after: Math.floor(random() * (calls.get(call) ?? 0)) };
      const what = `fault ${time}: ${way} at ${call} ${fault.after}`;
      faulty.arm(fault);
      const outcome = await round(backend).catch((error: unknown) => error);
      expect(faulty.happened, what).toBe(true);
      if (outcome instanceof Float32Array) expectSameBits(outcome, expected);
      else if (outcome instanceof DyditError) expectSentences(outcome, what);
      else throw new Error(`${what} was not typed`, { cause: outcome });
      const code = outcome instanceof DyditError ? outcome.code : undefined;
      expect(codesOf(fault), what).toContain(code);
      met.add(`${call} ${way} ${code}`);
      expect(watched.live, `${what}: buffers left`).toBe(before);
      if (way === 'lost') {
        backend.destroy();
        backend = await open();
      }
      // What is there still works, and nothing that was read from is left of it.
      expectSameBits(await round(backend), expected);
      expect(watched.staging, `${what}: staging buffers left`).toBe(0);
    }
    for (const call of faultyCalls) {
      for (const way of waysOf(call)) {
        const codes = codesOf({ call, way }).map((code) => `${call} ${way} ${code}`);
        expect(
          codes.some((code) => met.has(code)),
          codes.join(' or '),
        ).toBe(true);
      }
    }
  },
  timeout,
);

test(
  'a fault while the backend starts and measures: a typed error, and no device is left',
  async () => {
    const random = seededRandom(9);
    const opened = new FaultyGpu(watched.gpu);
    opened.arm();
    (await createWebGpuBackend(opened.gpu)).destroy();
    const counts = new Map(faultyCalls.map((call) => [call, opened.count(call)]));
    const before = watched.live;
    for (const call of faultyCalls) {
      const count = counts.get(call) ?? 0;
      // Times are read of runs alone.
      if (count === 0) continue;
      const way = waysOf(call)[Math.floor(random() * waysOf(call).length)];
      // Measurements take more or fewer calls from time to time.
      const fault: Fault = { call, way, after: Math.floor(random() * Math.min(count, 4)) };
      const what = `${way} at ${call} ${fault.after}`;
      opened.arm(fault);
      const outcome = await createWebGpuBackend(opened.gpu).catch((error: unknown) => error);
      expect(opened.happened, what).toBe(true);
      if (outcome instanceof Error) {
        if (!(outcome instanceof DyditError)) throw new Error(what, { cause: outcome });
        expectSentences(outcome, what);
        expect(['device-lost', 'shader-failed', 'out-of-memory', 'internal']).toContain(
          outcome.code,
        );
        await opened.devices.at(-1)?.lost;
      } else {
        expect(codesOf(fault), what).toContain(undefined);
        expect(outcome).toHaveProperty('lanes');
        opened.devices.at(-1)?.destroy();
      }
      expect(watched.live, `${what}: buffers left`).toBe(before);
    }
  },
  timeout,
);
