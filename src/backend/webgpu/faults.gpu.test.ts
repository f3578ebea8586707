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
import { FaultyGpu, faultKinds } from './testing/faulty-gpu';
import { WatchedGpu } from './testing/watched-gpu';
import { createWebGpuBackend } from './webgpu-backend';

const times = 200;

/** Every lost device is another one to start, and those who run this may have little processor left. */
const timeout = 600_000;

/** Calls of a round, roughly: faults fall on all of them, and now and then after the last. */
const mostCalls = 24;

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
    lane.write(storage.x, input);
    const executable = owned.adopt(await lane.compile(net.finish(), { weights, storage }));
    return await backend.guard('running', async () => {
      await executable.run();
      await lane.readFloats(storage.y, { start: 0, count: 1 });
      await executable.run();
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
const expected = await round(backend);

test(
  `${times} faults at random moments: the right numbers or a typed error, and no buffer left`,
  async () => {
    const random = seededRandom(7);
    const outcomes = new Map<string, number>();
    for (let time = 0; time < times; time++) {
      const kind = faultKinds[Math.floor(random() * faultKinds.length)];
      const fault = { kind, after: Math.floor(random() * mostCalls) };
      const what = `fault ${time}: ${fault.kind} after ${fault.after} calls`;
      if (fault.kind === 'compile') {
        backend.destroy();
        backend = await open();
        fault.after %= 3;
      }
      const before = watched.live;
      faulty.arm(fault);
      const outcome = await round(backend).catch((error: unknown) => error);
      if (outcome instanceof Float32Array) expectSameBits(outcome, expected);
      else expect(outcome, what).toBeInstanceOf(DyditError);
      const code = outcome instanceof DyditError ? outcome.code : 'right';
      if (!faulty.happened) expect(code, what).toBe('right');
      outcomes.set(`${fault.kind} ${code}`, (outcomes.get(`${fault.kind} ${code}`) ?? 0) + 1);
      expect(watched.live, `${what}: buffers left`).toBe(before);
      if (fault.kind === 'lost' && faulty.happened) {
        backend.destroy();
        backend = await open();
      }
      // What is there still works.
      else if (faulty.happened) expectSameBits(await round(backend), expected);
    }
    expect([...outcomes.keys()].filter((key) => key.startsWith('lost')).sort()).toEqual([
      'lost device-lost',
      'lost right',
    ]);
    const codes: Record<string, string> = {
      noMemory: 'out-of-memory',
      outOfMemory: 'out-of-memory',
      map: 'internal',
      compile: 'shader-failed',
      submit: 'internal',
    };
    for (const [kind, code] of Object.entries(codes)) {
      expect([...outcomes.keys()], 'kinds of outcomes').toContain(`${kind} ${code}`);
    }
  },
  timeout,
);
