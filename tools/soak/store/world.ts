import type { ErrorReport } from '../../../src/errors';
import { DyditError } from '../../../src/errors';
import type { Backend } from '../../../src/backend/backend';
import type { Engine, EngineOptions, GenerateRequest, ModelSource } from '../../../src/engine/api';
import { generate } from '../../../src/engine/generate';
import { PictureDecoder } from '../../../src/engine/picture-decoder';
import { Session, type SessionModel } from '../../../src/engine/session';
import { mockInfo } from '../../../src/engine/testing/mock-model';
import { type MockItem, MockNetwork, mockConfig } from '../../../src/engine/testing/mock-network';
import { watchedBackend } from '../../../src/engine/testing/watched-backend';
import { connect, type EngineWorker } from '../../../src/engine/worker/client';
import type { WorkerListeners } from '../../../src/engine/worker/open-worker';
import type { FromWorker, ToWorker } from '../../../src/engine/worker/protocol';
import { SessionServer } from '../../../src/engine/worker/serve';
import { identityOfText } from '../../../src/store/testing/fake-engine';
import { HandClock } from '../../../src/testing/hand-clock';

/** What goes wrong the next time there is an opportunity. */
export interface Faults {
  /** Fetching the model fails. */
  fetch: boolean;
  /** A byte of the model arrives wrong. */
  byte: boolean;
  /** A run runs out of memory at its end. */
  memory: boolean;
  /** Starting the engine fails. */
  start: boolean;
}

/** The engine in its worker, with a network that is a formula: all that can go wrong, at will. */
export class World {
  readonly clock = new HandClock();
  readonly faults: Faults = { fetch: false, byte: false, memory: false, start: false };
  readonly #workers = new Set<SoakWorker>();

  /** Workers that were not ended. */
  get liveWorkers(): number {
    return this.#workers.size;
  }

  /** Storages, weights and programs of all workers that were not freed. */
  get liveObjects(): number {
    return [...this.#workers].reduce((sum, worker) => sum + worker.liveObjects, 0);
  }

  readonly createEngine = (options: EngineOptions): Promise<Engine> => {
    const worker = new SoakWorker(this.faults, (ended) => this.#workers.delete(ended));
    this.#workers.add(worker);
    return connect(worker, options, this.clock);
  };

  /** As a browser does to the workers of a page that is gone. */
  endAll(): void {
    for (const worker of [...this.#workers]) worker.terminate();
  }

  loseDevice(): void {
    for (const worker of this.#workers) worker.loseDevice();
  }

  hang(): void {
    for (const worker of this.#workers) worker.hang();
  }

  crash(): void {
    for (const worker of [...this.#workers]) worker.crash();
  }
}

/** A worker on this thread: messages are cloned and arrive in another turn, as between threads. */
class SoakWorker implements EngineWorker {
  readonly #server: SessionServer;
  readonly #watched = watchedBackend();
  #listeners: WorkerListeners<FromWorker> | undefined;
  #isHung = false;
  #isOver = false;
  #lose: (report: ErrorReport) => void = () => undefined;

  constructor(
    faults: Faults,
    private readonly onEnd: (self: SoakWorker) => void,
  ) {
    const lost = new Promise<ErrorReport>((resolve) => (this.#lose = resolve));
    const backend: Backend = {
      ...this.#watched.backend,
      lost,
      async measureAgain(onProgress) {
        await turn();
        onProgress(0.5);
        await turn();
        return 1;
      },
      async guard(what, work) {
        const result = await work();
        if (what === 'generating' && take(faults, 'memory')) {
          throw new DyditError('out-of-memory', 'There is no memory left.');
        }
        return result;
      },
    };
    this.#server = new SessionServer(
      async () => {
        await turn();
        if (take(faults, 'start')) throw new DyditError('shader-failed', 'No shader today.');
        return new Session({ backend, machine: backend.report }, async (_backend, source) => {
          await turn();
          if (take(faults, 'fetch')) throw new DyditError('network-failed', 'It is not there.');
          if (take(faults, 'byte')) throw new DyditError('checkpoint-broken', 'A byte is wrong.');
          return modelOf(source, backend);
        });
      },
      (message, transfer = []) => {
        const data = structuredClone(message, { transfer });
        setImmediate(() => {
          if (!this.#isOver && !this.#isHung) this.#listeners?.onMessage(data);
        });
      },
    );
  }

  get liveObjects(): number {
    return this.#watched.liveCount();
  }

  postMessage(message: ToWorker): void {
    const data = structuredClone(message);
    setImmediate(() => {
      if (!this.#isOver && !this.#isHung) void this.#server.receive(data);
    });
  }

  listen(listeners: WorkerListeners<FromWorker>): void {
    this.#listeners = listeners;
  }

  loseDevice(): void {
    this.#lose({ code: 'device-lost', message: 'The device was lost.', advice: '' });
  }

  hang(): void {
    this.#isHung = true;
  }

  crash(): void {
    this.#listeners?.onError('It ran into a wall.');
  }

  terminate(): void {
    this.#isOver = true;
    this.onEnd(this);
  }
}

function take(faults: Faults, name: keyof Faults): boolean {
  const is = faults[name];
  faults[name] = false;
  return is;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Bytes of the pictures that a request makes with a model on an engine of its own. */
export async function picturesOnFreshEngine(
  request: GenerateRequest,
  identity: string,
): Promise<readonly (readonly number[])[]> {
  const { backend } = watchedBackend();
  const { pictures } = await generate(modelWith(identity, '', backend), request, {});
  return pictures.map(({ rgba }) => [...rgba]);
}

function modelOf(source: ModelSource, backend: Backend): SessionModel {
  const name = source.kind === 'manifest' ? 'built-in' : source.name;
  return modelWith(identityOfText(name), name, backend);
}

/** Pictures depend on the weights, the labels, the timestep, the toggles and the latent. */
function modelWith(identity: string, name: string, backend: Backend): SessionModel {
  const salt = Number.parseInt(identity.slice(0, 6), 16) / 2 ** 20;
  const predictFor = (labels: string, open: number) => (at: MockItem) =>
    Array.from(
      at.latent,
      (x) => Math.sin(2 * x + salt + open + at.networkTime / 400 + at.item) + labels.length / 50,
    );
  return {
    info: { ...mockInfo, name, identity },
    dit: {
      backend,
      config: mockConfig,
      prepare: (options) => {
        const labels =
          JSON.stringify(options.labels) +
          '!'.repeat(options.labels.flat().reduce((sum, { classId }) => sum + classId, 0));
        const open = Number(options.dynamicWidth) + 2 * Number(options.dynamicTokens);
        return new MockNetwork(backend, { predict: predictFor(labels, open) }).prepare(options);
      },
    },
    pictures: new PictureDecoder(backend, mockConfig),
    destroy: () => undefined,
  };
}
