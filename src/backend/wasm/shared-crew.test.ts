import { describe, expect, test, vi } from 'vitest';
import { State } from '../../../assembly/fields';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { HandClock } from '../../testing/hand-clock';
import type { Executable } from '../backend';
import { compileKernels } from './kernel-files';
import { instantiate } from './kernels';
import { LaneMemory } from './lane-memory';
import { SharedCrew, type CrewOptions } from './shared-crew';
import { threadStartMs, type ThreadEvents } from './thread';
import { stateBytes, WasmLane } from './wasm-lane';

/** A lane whose workers are not there: what they do is done by the test. */
async function laneWith(options: CrewOptions, threads = 2) {
  const module = await compileKernels({ fused: false, shared: true });
  const memory = new LaneMemory({ shared: true });
  const kernels = await instantiate(module, memory.memory);
  const state = memory.allocate('state', stateBytes).address;
  const crew = await SharedCrew.start({ module, memory, kernels, state }, threads, options);
  const lane = new WasmLane({ memory, kernels, crew, state }, {});
  const words = new Int32Array(memory.memory.buffer, state, State.words);
  return { lane, crew, words };
}

/** Enough work for the run to let messages in between. */
async function longRun(lane: WasmLane): Promise<Executable> {
  const layer = { kind: 'linear', name: 'l', n: wholeAxis(64), k: wholeAxis(64) } as const;
  const net = new Recorder('Long');
  let x = net.external('x', rowsOf(250_000, layer.k));
  const storage = { x: lane.allocate('x', x) };
  for (let i = 0; i < 10_000; i++) x = net.linear(x, layer);
  const weights = lane.createWeights('Long');
  const weight = new Float32Array(64 * 64);
  await weights.upload({ layer, weight, bias: new Float32Array(64) });
  return lane.compile(net.finish(), { weights, storage });
}

/** Workers that say they are ready and then do nothing. */
function idleWorkers(): {
  readonly options: CrewOptions;
  readonly events: ThreadEvents<unknown>[];
} {
  const events: ThreadEvents<unknown>[] = [];
  const startWorker = (listener: ThreadEvents<unknown>) => {
    events.push(listener);
    return {
      post: () => listener.message('ready'),
      keepAlive: () => undefined,
      terminate: () => undefined,
    };
  };
  return { options: { startWorker, mostNaps: 50 }, events };
}

/** Takes an item, as a worker would, and never finishes it. */
function takeItem(words: Int32Array): void {
  Atomics.sub(words, State.remaining, 1);
}

describe('a crew', () => {
  test('that does nothing delays nobody', async () => {
    const { options } = idleWorkers();
    const { lane, crew } = await laneWith(options);
    const layer = { kind: 'linear', name: 'l', n: wholeAxis(8), k: wholeAxis(8) } as const;
    const net = new Recorder('Short');
    const x = net.external('x', rowsOf(4, layer.k));
    net.linear(x, layer);
    const weights = lane.createWeights('Short');
    await weights.upload({ layer, weight: new Float32Array(64), bias: new Float32Array(8) });
    const storage = { x: lane.allocate('x', x) };
    await (await lane.compile(net.finish(), { weights, storage })).run();
    crew.dismiss();
  });

  test('of which one hangs with an item ends the run, and the lane is lost', async () => {
    const { options } = idleWorkers();
    const { lane, crew, words } = await laneWith(options);
    const executable = await longRun(lane);
    const run = executable.run();
    setTimeout(() => takeItem(words), 0);
    await expect(run).rejects.toMatchObject({ code: 'device-lost' });
    expect((await crew.lost).message).toContain('does not answer');
    await expect(executable.run()).rejects.toMatchObject({ code: 'device-lost' });
  });

  test('of which one dies ends the run, and the lane is lost', async () => {
    const { options, events } = idleWorkers();
    const { lane, crew, words } = await laneWith({ ...options, mostNaps: 1e9 });
    const run = (await longRun(lane)).run();
    setTimeout(() => {
      takeItem(words);
      events[0].failure('it ran into a wall');
    }, 0);
    await expect(run).rejects.toMatchObject({ code: 'device-lost' });
    expect((await crew.lost).message).toContain('it ran into a wall');
  });

  test('that can not be started is refused', async () => {
    const startWorker = (listener: ThreadEvents<unknown>) => ({
      post: () => listener.failure('there are no workers here'),
      keepAlive: () => undefined,
      terminate: () => undefined,
    });
    await expect(laneWith({ startWorker })).rejects.toMatchObject({ code: 'device-lost' });
  });

  test('of which one can not even be made is refused, and the others are let go', async () => {
    for (const failing of ['start', 'post']) {
      const terminate = vi.fn();
      let started = 0;
      const startWorker = () => {
        const isLast = ++started === 3;
        if (isLast && failing === 'start') throw new DOMException('not here', 'SecurityError');
        return {
          post: () => {
            if (isLast) throw new DOMException('no copy of it', 'DataCloneError');
          },
          keepAlive: () => undefined,
          terminate,
        };
      };
      const lane = laneWith({ startWorker }, 4);
      await expect(lane).rejects.toMatchObject({ code: 'device-lost' });
      await expect(lane).rejects.toThrow(/could not be started: (not here|no copy of it)\.$/);
      expect(terminate).toHaveBeenCalledTimes(failing === 'start' ? 2 : 3);
    }
  });

  test('that says nothing as it starts is refused', async () => {
    const clock = new HandClock();
    const terminate = vi.fn();
    const startWorker = () => {
      setTimeout(() => clock.pass(threadStartMs));
      return { post: () => undefined, keepAlive: () => undefined, terminate };
    };
    await expect(laneWith({ startWorker, clock })).rejects.toMatchObject({
      code: 'device-lost',
      message: 'A thread of the processor did not start.',
    });
    expect(terminate).toHaveBeenCalled();
  });
});
