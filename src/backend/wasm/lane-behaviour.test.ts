import { afterEach, describe, expect, test, vi } from 'vitest';
import { DyditError } from '../../errors';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { denseFloats, rowsOf } from '../../ops/tensor';
import type { Executable, Lane, Storage } from '../backend';
import { HandClock } from '../../testing/hand-clock';
import { compileKernels } from './kernel-files';
import type { ToLane } from './lane-protocol';
import { RemoteLane } from './remote-lane';
import { startRemoteLane } from './start-remote-lane';
import { threadStartMs } from './thread';
import { createWasmBackend, type WasmBackend, type WasmOptions } from './wasm-backend';

const opened: WasmBackend[] = [];

afterEach(() => {
  for (const backend of opened.splice(0)) backend.destroy();
});

async function open(options: WasmOptions): Promise<WasmBackend> {
  const backend = await createWasmBackend(options);
  opened.push(backend);
  return backend;
}

interface Chain {
  readonly executable: Executable;
  readonly x: Storage;
  readonly columns: number;
  destroy(): void;
}

/** x <- x w^T, `times` times over; w turns the columns by one place. */
async function chain(lane: Lane, times: number, rows = 64): Promise<Chain> {
  const columns = 64;
  const net = new Recorder('Chain');
  const layer = {
    kind: 'linear',
    name: 'turn',
    n: wholeAxis(columns),
    k: wholeAxis(columns),
  } as const;
  const x = net.external('x', rowsOf(rows, layer.k));
  let y = x;
  for (let i = 1; i < times; i++) y = net.linear(y, layer);
  net.linear(y, layer, { into: x });
  const weight = new Float32Array(columns * columns);
  for (let i = 0; i < columns; i++) weight[i * columns + ((i + 1) % columns)] = 1;
  const weights = lane.createWeights('Chain');
  await weights.upload({ layer, weight, bias: new Float32Array(columns) });
  const storage = lane.allocate('x', x);
  const executable = await lane.compile(net.finish(), { weights, storage: { x: storage } });
  return {
    executable,
    x: storage,
    columns,
    destroy: () => {
      executable.destroy();
      weights.destroy();
      storage.destroy();
    },
  };
}

const places: readonly (readonly [string, WasmOptions, number])[] = [
  ['alone', { threads: 1 }, 0],
  ['with three threads on one memory', { threads: 3 }, 0],
  ['in another thread', { threads: 2, shared: false }, 1],
];

for (const [where, options, number] of places) {
  describe(`a lane ${where}`, () => {
    test('is cancelled in the middle of a run and can be used again at once', async () => {
      const backend = await open(options);
      const lane = backend.lanes[number];
      // So much that no machine is through before the signal: 10^13 multiply-adds.
      const endless = await chain(lane, 10_000, 250_000);
      const short = await chain(lane, 3, 1);
      lane.write(
        short.x,
        Float32Array.from({ length: 64 }, (_, i) => i),
      );
      const controller = new AbortController();
      const run = endless.executable.run({}, controller.signal);
      setTimeout(() => controller.abort(), 20);
      await expect(run).rejects.toMatchObject({ code: 'cancelled' });
      await short.executable.run();
      const turned = await lane.readFloats(short.x);
      expect([...turned.subarray(0, 4)]).toEqual([3, 4, 5, 6]);
      endless.destroy();
      short.destroy();
    });

    test('a signal that was aborted before keeps a run from starting', async () => {
      const backend = await open(options);
      const made = await chain(backend.lanes[number], 2);
      const run = made.executable.run({}, AbortSignal.abort());
      await expect(run).rejects.toMatchObject({ code: 'cancelled' });
      await made.executable.run();
      made.destroy();
    });

    test('messages and timers are let in between runs, however short each is', async () => {
      const backend = await open(options);
      const made = await chain(backend.lanes[number], 1, 1);
      const letIn = vi.fn();
      setTimeout(letIn, 0);
      for (let runs = 0; runs < 100_000 && letIn.mock.calls.length === 0; runs++) {
        await made.executable.run();
      }
      expect(letIn).toHaveBeenCalled();
      made.destroy();
    });

    test('writes, runs and reads take effect in the order they were asked for', async () => {
      const backend = await open(options);
      const lane = backend.lanes[number];
      const made = await chain(lane, 5, 2);
      const { executable, x, columns } = made;
      const data = Float32Array.from({ length: 2 * columns }, (_, i) => i % columns);
      lane.write(x, data);
      const first = executable.run();
      const afterFirst = lane.readFloats(x);
      const second = executable.run();
      const afterSecond = lane.readFloats(x);
      lane.write(x, data);
      data.fill(-1);
      const afterWrite = lane.readFloats(x);
      await Promise.all([first, second]);
      expect((await afterFirst)[0]).toBe(5);
      expect((await afterSecond)[0]).toBe(10);
      expect((await afterWrite)[1]).toBe(1);
      made.destroy();
    });

    test('run after run, everything made is freed', async () => {
      const backend = await open(options);
      const lane = backend.lanes[number];
      const baseline = backend.liveCount;
      for (let i = 0; i < 5; i++) {
        const made = await chain(lane, 4);
        expect(backend.liveCount).toBeGreaterThan(baseline);
        await made.executable.run();
        made.destroy();
        expect(backend.liveCount).toBe(baseline);
      }
    });
  });
}

describe('out of memory', () => {
  test('says what needs how much and how much there is, and leaves the lane usable', async () => {
    const backend = await open({ threads: 1, memoryLimit: 2 ** 23 });
    const [lane] = backend.lanes;
    const baseline = backend.liveCount;
    const spec = denseFloats(1, 2 ** 22);
    const allocate = (): Storage => lane.allocate('The picture', spec);
    expect(allocate).toThrow(DyditError);
    expect(allocate).toThrow(
      /^The picture needs 16 MiB; 0.0 MiB of the processor's 8.0 MiB are in use/,
    );
    const small = lane.allocate('small', denseFloats(1, 4));
    expect([...(await lane.readFloats(small))]).toEqual([0, 0, 0, 0]);
    small.destroy();
    expect(backend.liveCount).toBe(baseline);
  });

  test('a program that does not fit frees what it had', async () => {
    const backend = await open({ threads: 1, memoryLimit: 2 ** 23 });
    const [lane] = backend.lanes;
    const baseline = backend.liveCount;
    await expect(chain(lane, 3, 20_000)).rejects.toMatchObject({ code: 'out-of-memory' });
    // The weights and the storage of the failed attempt stay with whoever made them.
    expect(backend.liveCount - baseline).toBeLessThanOrEqual(3);
  });
});

describe('a thread that dies', () => {
  test('ends the calls under way and is told through `lost`', async () => {
    const lane = new RemoteLane(() => undefined);
    const storage = lane.allocate('x', denseFloats(1, 4));
    const read = lane.readFloats(storage);
    lane.fail('it ran into a wall');
    await expect(read).rejects.toMatchObject({ code: 'device-lost' });
    expect((await lane.lost).message).toContain('it ran into a wall');
    await expect(lane.readFloats(storage)).rejects.toMatchObject({ code: 'device-lost' });
  });
});

describe('a thread that hangs', () => {
  test('is given up for dead while something is asked of it, and only then', async () => {
    const clock = new HandClock();
    const asked: ToLane[] = [];
    const lane = new RemoteLane((message) => asked.push(message), undefined, clock);
    const storage = lane.allocate('x', denseFloats(1, 4));
    clock.pass(1e6);
    const read = lane.readFloats(storage);
    read.catch(() => undefined);
    clock.pass(5000);
    const [sign] = asked.slice(-1);
    if (sign.type !== 'sync') expect.fail('It was not asked for a sign of life.');
    lane.receive({ type: 'done', call: sign.call, value: undefined });
    clock.pass(20_000);
    lane.receive({ type: 'done', call: sign.call, value: undefined });
    clock.pass(20_000);
    expect(clock.waiting).toBe(1);
    clock.pass(5000);
    await expect(read).rejects.toMatchObject({ code: 'device-lost' });
    expect((await lane.lost).message).toContain('it does not answer');
    expect(clock.waiting).toBe(0);
  });

  test('that can not be told what to do says so, and nothing waits for it', async () => {
    const clock = new HandClock();
    let isFull = true;
    const sent: ToLane[] = [];
    const send = (message: ToLane) => {
      if (isFull) throw new DOMException('out of memory', 'DataCloneError');
      sent.push(message);
    };
    const lane = new RemoteLane(send, undefined, clock);
    const outOfMemory = { code: 'out-of-memory' };
    const allocate = (): Storage => lane.allocate('x', denseFloats(1, 4));
    expect(allocate).toThrow(expect.objectContaining(outOfMemory));
    expect(lane.liveCount).toBe(0);
    isFull = false;
    const storage = allocate();
    isFull = true;
    expect(() => lane.write(storage, new Float32Array(4))).toThrow(
      expect.objectContaining(outOfMemory),
    );
    await expect(lane.readFloats(storage)).rejects.toMatchObject(outOfMemory);
    expect(clock.waiting).toBe(0);
    isFull = false;
    const read = lane.readFloats(storage);
    const asked = sent.at(-1);
    if (asked?.type !== 'read') expect.fail('It was not asked.');
    lane.receive({ type: 'done', call: asked.call, value: new Float32Array(4) });
    await read;
  });

  test('as it starts is done without', async () => {
    const clock = new HandClock();
    const module = await compileKernels({ fused: false, shared: false });
    const terminate = vi.fn();
    const start = () => {
      setTimeout(() => clock.pass(threadStartMs));
      return { post: () => undefined, keepAlive: () => undefined, terminate };
    };
    await expect(startRemoteLane(module, {}, { start, clock })).rejects.toMatchObject({
      code: 'device-lost',
    });
    expect(terminate).toHaveBeenCalledOnce();
  });

  test('that takes no message as it starts is done without', async () => {
    const module = await compileKernels({ fused: false, shared: false });
    const terminate = vi.fn();
    const post = () => {
      throw new DOMException('no copy of it', 'DataCloneError');
    };
    const start = () => ({ post, keepAlive: () => undefined, terminate });
    await expect(startRemoteLane(module, {}, { start })).rejects.toMatchObject({
      code: 'device-lost',
      message: 'A thread of the processor failed: no copy of it.',
    });
    expect(terminate).toHaveBeenCalledOnce();
  });
});
