import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../clock';
import { DyditError, type ErrorReport } from '../../errors';
import { HandClock } from '../../testing/hand-clock';
import type {
  Engine,
  EngineOptions,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
  MachineReport,
  Picture,
  StepEvent,
} from '../api';
import { mockInfo } from '../testing/mock-model';
import { connect, type EngineWorker } from './client';
import type { WorkerListeners } from './open-worker';
import type { FromWorker, ToWorker } from './protocol';
import { SessionServer, type ServedSession } from './serve';

const machine: MachineReport = {
  kind: 'reference',
  description: 'nothing',
  software: true,
  threads: 1,
  features: [],
  precision: 'exact',
  precisions: ['exact'],
  fallbacks: [],
  linearGflops: 1,
};

const request: GenerateRequest = {
  sampler: 'flow-euler',
  steps: 2,
  guidance: 1,
  guidanceChannels: 'all',
  seed: 1,
  images: 1,
  labels: [{ classId: 0, weight: 1 }],
  variation: 0,
  budget: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'off',
};

const picture = (): Picture => ({ width: 1, height: 1, rgba: Uint8ClampedArray.of(1, 2, 3, 255) });

const event: StepEvent = { step: 1, steps: 2, elapsedMs: 1, remainingMs: 1, stage: 'sampling' };
const progress: LoadProgress = { stage: 'read', fraction: 0.5 };

const resultOf = (asked: GenerateRequest): GenerateResult => ({
  request: asked,
  pictures: [picture()],
  precision: 'exact',
  statistics: {
    totalMs: 1,
    samplingMs: 1,
    decodeMs: 0,
    stepMs: [1],
    multiplyAdds: { done: 1, static: 2 },
    shares: { heads: 1, groups: 1, tokens: 1 },
    record: {
      evaluations: 1,
      layers: 1,
      networkTimes: [0],
      activeHeads: Uint16Array.of(1),
      activeGroups: Uint16Array.of(1),
      heads: 1,
      keptTokens: Uint8Array.of(1),
      items: 1,
      tokens: 1,
    },
  },
});

/** A session that answers at once, but for what a test puts in its place. */
function servedSession(patch: Partial<ServedSession> = {}): ServedSession {
  return {
    machine,
    lost: new Promise<ErrorReport>(() => undefined),
    load: (_source, _signal, onProgress) => {
      onProgress(progress);
      return Promise.resolve(mockInfo);
    },
    generate: (asked, _signal, { onStep, onPreview }) => {
      onStep?.(event);
      onPreview?.([picture()]);
      return Promise.resolve(resultOf(asked));
    },
    measureAgain: (onProgress) => {
      onProgress(0.5);
      return Promise.resolve(3);
    },
    ...patch,
  };
}

/** A worker on this thread: messages are cloned and arrive later, as between threads. */
class FakeWorker implements EngineWorker {
  readonly started: EngineOptions[] = [];
  readonly posted: ToWorker['type'][] = [];
  readonly delivered: FromWorker['type'][] = [];
  terminated = false;
  #hung = false;
  readonly #server: SessionServer;
  #listeners: WorkerListeners<FromWorker> | undefined;

  constructor(start: (options: EngineOptions) => Promise<ServedSession>) {
    this.#server = new SessionServer(
      (options) => {
        this.started.push(options);
        return start(options);
      },
      (message, transfer = []) => {
        const data = structuredClone(message, { transfer });
        setTimeout(() => {
          if (this.terminated || this.#hung) return;
          this.delivered.push(data.type);
          this.#listeners?.onMessage(data);
        });
      },
    );
  }

  postMessage(message: ToWorker): void {
    const data = structuredClone(message);
    this.posted.push(data.type);
    setTimeout(() => {
      if (!this.#hung) void this.#server.receive(data);
    });
  }

  listen(listeners: WorkerListeners<FromWorker>): void {
    this.#listeners = listeners;
  }

  /** From now on nothing is heard and nothing is said, as where a script never ends. */
  hang(): void {
    this.#hung = true;
  }

  /** What a browser does where the worker's script fails. */
  crash(message: string): void {
    this.#listeners?.onError(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

async function engineOn(
  session: ServedSession = servedSession(),
  clock?: Clock,
): Promise<{ worker: FakeWorker; engine: Engine }> {
  const worker = new FakeWorker(() => Promise.resolve(session));
  return { worker, engine: await connect(worker, { backend: 'wasm', threads: 3 }, clock) };
}

/** Work that ends when its signal is aborted. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () =>
      reject(new DyditError('cancelled', 'Cancelled within the worker.')),
    ),
  );

describe('an engine in a worker', () => {
  it('starts with the options, and tells of the machine', async () => {
    const { worker, engine } = await engineOn();
    expect(worker.started).toEqual([{ backend: 'wasm', threads: 3 }]);
    expect(engine.machine).toEqual(machine);
  });

  it('that can’t start rejects with the reason and ends the worker', async () => {
    const refused = new DyditError('adapter-refused', 'No adapter.', 'Update the driver.');
    const worker = new FakeWorker(() => Promise.reject(refused));
    await expect(connect(worker, {})).rejects.toMatchObject(refused.toReport());
    expect(worker.terminated).toBe(true);
  });

  it('brings progress and results across', async () => {
    const { engine } = await engineOn();
    const seen: unknown[] = [];
    const model = await engine.load(
      { kind: 'manifest', url: 'https://example.org/' },
      { onProgress: (at) => seen.push(at) },
    );
    const result = await engine.generate(request, {
      onStep: (at) => seen.push(at),
      onPreview: (pictures) => seen.push(pictures),
    });
    expect(model).toEqual(mockInfo);
    expect(result).toEqual(resultOf(request));
    expect(seen).toEqual([progress, event, [picture()]]);
  });

  it('measures the kernels again, with progress', async () => {
    const { engine } = await engineOn();
    const seen: number[] = [];
    expect(await engine.measureAgain((fraction) => seen.push(fraction))).toBe(3);
    expect(seen).toEqual([0.5]);
  });

  it('brings typed errors across, and goes on', async () => {
    const failure = new DyditError('out-of-memory', 'Too big.', 'Ask for fewer pictures.');
    let failing = true;
    const session = servedSession();
    const { engine } = await engineOn({
      ...session,
      generate: (asked, signal, options) =>
        failing ? Promise.reject(failure) : session.generate(asked, signal, options),
    });
    const error = await engine.generate(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DyditError);
    expect(error).toMatchObject(failure.toReport());
    failing = false;
    await expect(engine.generate(request)).resolves.toEqual(resultOf(request));
  });

  it('names what the browser ended by itself, which is no Cancel', async () => {
    const ended = new DOMException('The operation was aborted.', 'AbortError');
    for (const failure of [ended, DyditError.from(ended)]) {
      const { engine } = await engineOn(servedSession({ generate: () => Promise.reject(failure) }));
      const error = engine.generate(request);
      await expect(error).rejects.toMatchObject({ code: 'internal' });
      await expect(error).rejects.toThrow(ended.message);
    }
  });
});

describe('Cancel', () => {
  it.each(['load', 'generate'] as const)('reaches the worker while it is at %s', async (call) => {
    const started = vi.fn();
    const { engine } = await engineOn(
      servedSession({
        load: (_source, signal) => {
          started();
          return untilAborted(signal);
        },
        generate: (_asked, signal) => {
          started();
          return untilAborted(signal);
        },
      }),
    );
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const working =
      call === 'load'
        ? engine.load({ kind: 'manifest', url: 'https://example.org/' }, options)
        : engine.generate(request, options);
    working.catch(() => undefined);
    await expect.poll(() => started.mock.calls.length).toBe(1);
    abort.abort();
    await expect(working).rejects.toMatchObject({
      code: 'cancelled',
      message: 'Cancelled within the worker.',
    });
  });

  it('before the call is made sends nothing', async () => {
    const generate = vi.fn<ServedSession['generate']>();
    const { engine } = await engineOn(servedSession({ generate }));
    const signal = AbortSignal.abort();
    await expect(engine.generate(request, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(generate).not.toHaveBeenCalled();
  });
});

describe('the end of a worker', () => {
  const never = () => new Promise<never>(() => undefined);

  it('by a lost device ends all calls with that report', async () => {
    const report: ErrorReport = { code: 'device-lost', message: 'Gone.', advice: 'Start again.' };
    let lose: (report: ErrorReport) => void = () => undefined;
    const lost = new Promise<ErrorReport>((resolve) => (lose = resolve));
    const { worker, engine } = await engineOn(servedSession({ lost, generate: never }));
    const working = engine.generate(request);
    lose(report);
    await expect(working).rejects.toMatchObject(report);
    await expect(engine.generate(request)).rejects.toMatchObject(report);
    expect(await engine.lost).toEqual(report);
    expect(worker.terminated).toBe(true);
  });

  it('by a crash does the same', async () => {
    const { worker, engine } = await engineOn(servedSession({ generate: never }));
    const working = engine.generate(request);
    worker.crash('out of stack');
    await expect(working).rejects.toMatchObject({ code: 'worker-failed' });
    expect((await engine.lost).message).toContain('out of stack');
    expect(worker.terminated).toBe(true);
  });

  it('by dispose ends what is under way', async () => {
    const { worker, engine } = await engineOn(servedSession({ generate: never }));
    const working = engine.generate(request);
    engine.dispose();
    await expect(working).rejects.toMatchObject({ code: 'cancelled' });
    await expect(engine.generate(request)).rejects.toMatchObject({ code: 'cancelled' });
    expect(worker.terminated).toBe(true);
  });
});

describe('a worker that hangs', () => {
  const never = () => new Promise<never>(() => undefined);
  const hung = { code: 'not-answering' };

  it('is ended 5 seconds after a Cancel that it does not answer', async () => {
    const clock = new HandClock();
    const { worker, engine } = await engineOn(servedSession({ generate: never }), clock);
    const abort = new AbortController();
    const working = engine.generate(request, { signal: abort.signal });
    working.catch(() => undefined);
    worker.hang();
    abort.abort();
    clock.pass(4999);
    expect(worker.terminated).toBe(false);
    clock.pass(1);
    expect(worker.terminated).toBe(true);
    await expect(working).rejects.toMatchObject(hung);
    expect(await engine.lost).toMatchObject(hung);
    await expect(engine.generate(request)).rejects.toMatchObject(hung);
    expect(clock.waiting).toBe(0);
  });

  it('is ended after 20 where it has heard Cancel and does not stop', async () => {
    const clock = new HandClock();
    const { worker, engine } = await engineOn(servedSession({ load: never }), clock);
    const abort = new AbortController();
    const working = engine.load({ kind: 'manifest', url: 'x:/' }, { signal: abort.signal });
    working.catch(() => undefined);
    abort.abort();
    await expect.poll(() => worker.delivered).toContain('pong');
    clock.pass(19_999);
    expect(worker.terminated).toBe(false);
    clock.pass(1);
    await expect(working).rejects.toMatchObject(hung);
    expect(worker.terminated).toBe(true);
  });

  it('is left alone where it stops in time', async () => {
    const clock = new HandClock();
    const { worker, engine } = await engineOn(
      servedSession({ generate: (_asked, signal) => untilAborted(signal) }),
      clock,
    );
    const abort = new AbortController();
    const working = engine.generate(request, { signal: abort.signal });
    working.catch(() => undefined);
    abort.abort();
    await expect(working).rejects.toMatchObject({ code: 'cancelled' });
    clock.pass(1e6);
    expect(worker.terminated).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('is found out without anyone pressing anything', async () => {
    const clock = new HandClock();
    const { worker, engine } = await engineOn(servedSession({ generate: never }), clock);
    const working = engine.generate(request);
    working.catch(() => undefined);
    worker.hang();
    // A timer that comes late, as after a sleep, is no reason.
    clock.pass(20_000);
    expect(worker.terminated).toBe(false);
    clock.pass(5000);
    await expect(working).rejects.toMatchObject(hung);
    expect(worker.terminated).toBe(true);
  });

  it('is not taken for one that works for long', async () => {
    const clock = new HandClock();
    const { worker, engine } = await engineOn(servedSession({ generate: never }), clock);
    engine.generate(request).catch(() => undefined);
    for (let beat = 0; beat < 20; beat++) {
      const heard = worker.delivered.length;
      clock.pass(5000);
      await expect.poll(() => worker.delivered.length).toBeGreaterThan(heard);
    }
    expect(worker.terminated).toBe(false);
    engine.dispose();
    expect(clock.waiting).toBe(0);
  });

  it('while it starts is ended at once where the start is given up', async () => {
    const clock = new HandClock();
    const worker = new FakeWorker(never);
    const abort = new AbortController();
    const starting = connect(worker, { signal: abort.signal }, clock);
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
    expect(worker.terminated).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('is not begun where its start was given up before', async () => {
    const worker = new FakeWorker(never);
    await expect(connect(worker, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(worker).toMatchObject({ posted: [], terminated: true });
  });

  it('while it starts is given up after a minute', async () => {
    const clock = new HandClock();
    const worker = new FakeWorker(never);
    const starting = connect(worker, {}, clock);
    starting.catch(() => undefined);
    for (let second = 0; second < 60; second += 5) {
      clock.pass(5000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect(starting).rejects.toMatchObject(hung);
    expect(worker.terminated).toBe(true);
  });
});
