import type { Backend, Storage } from '../../backend/backend';
import { DyditError } from '../../errors';
import { outChannels, tokenCount, type DitConfig } from '../../network/config';
import type { DitRunOptions } from '../../network/dit/run';
import { openWidth } from '../../network/dit/width-table';
import { denseFloats } from '../../ops/tensor';
import type { Network, NetworkRun } from '../network-run';

/** A small flow model; its network is replaced by `MockNetwork`. */
export const mockConfig: DitConfig = {
  inputSize: 2,
  patchSize: 1,
  inChannels: 3,
  hiddenSize: 8,
  depth: 2,
  numHeads: 2,
  mlpRatio: 4,
  learnSigma: false,
  numClasses: 4,
  numStyles: 0,
  objective: 'flow-v',
  dynamic: true,
};

/** Where a prediction is asked for. */
export interface MockItem {
  readonly evaluation: number;
  readonly item: number;
  /** Timestep as the network receives it. */
  readonly networkTime: number;
  /** The image's latent (C * S * S). */
  readonly latent: Float32Array;
}

export interface MockNetworkOptions {
  readonly config?: DitConfig;
  /** (Cout * S * S) of one item. */
  readonly predict: (at: MockItem) => ArrayLike<number>;
  /** Token gates of an evaluation (L, B*N); all kept where absent. */
  readonly kept?: (evaluation: number) => Uint32Array<ArrayBuffer>;
  /** Called as each evaluation begins. */
  readonly onEvaluate?: (evaluation: number) => void;
}

/** A network whose prediction is a formula, in the place of a DiT. */
export class MockNetwork implements Network {
  readonly config: DitConfig;
  /** Runs that were prepared. */
  readonly prepared: DitRunOptions[] = [];

  constructor(
    readonly backend: Backend,
    private readonly options: MockNetworkOptions,
  ) {
    this.config = options.config ?? mockConfig;
  }

  prepare(options: DitRunOptions): Promise<MockRun> {
    this.prepared.push(options);
    return Promise.resolve(new MockRun(this.backend, this.config, options, this.options));
  }
}

class MockRun implements NetworkRun {
  readonly items: number;
  readonly images: number;
  readonly width;
  readonly dynamicTokens: boolean;
  readonly home;
  readonly latent: Storage;
  readonly prediction: Storage;

  constructor(
    backend: Backend,
    readonly config: DitConfig,
    private readonly run: DitRunOptions,
    private readonly mock: MockNetworkOptions,
  ) {
    const pixels = config.inputSize ** 2;
    this.home = backend.lanes[0];
    this.images = run.labels.length;
    this.items = this.images * (run.guided ? 2 : 1);
    this.width = openWidth(config, run.networkTimes.length);
    this.dynamicTokens = run.dynamicTokens;
    const allocate = (name: string, rows: number): Storage =>
      this.home.allocate(`Mock.${name}`, denseFloats(rows, pixels));
    this.latent = allocate('latent', run.latentItems * config.inChannels);
    this.prediction = allocate('prediction', this.items * outChannels(config));
  }

  latentMoved(): Promise<void> {
    return Promise.resolve();
  }

  async evaluate(evaluation: number, signal?: AbortSignal): Promise<void> {
    this.#evaluation = evaluation;
    this.mock.onEvaluate?.(evaluation);
    if (signal?.aborted) throw new DyditError('cancelled', 'The mock was cancelled.');
    const latents = await this.home.readFloats(this.latent);
    const size = this.config.inChannels * this.config.inputSize ** 2;
    const predictions = Array.from({ length: this.items }, (_, item) => {
      const start = (item % this.images) * size;
      const latent = latents.subarray(start, start + size);
      const networkTime = this.run.networkTimes[evaluation];
      return Array.from(this.mock.predict({ evaluation, item, networkTime, latent }));
    });
    this.home.write(this.prediction, Float32Array.from(predictions.flat()));
  }

  readKept(): Promise<Uint32Array<ArrayBuffer>> {
    return Promise.resolve(this.dynamicTokens ? this.#kept() : new Uint32Array());
  }

  /** A multiply-add for each kept token, of two for each token. */
  work(_evaluation: number, kept: Uint32Array): { done: number; static: number } {
    const all = this.#gates();
    const done = this.dynamicTokens ? kept.reduce((sum, bit) => sum + bit, 0) : all;
    return { done, static: 2 * all };
  }

  deviceMs(): Promise<readonly number[]> {
    return Promise.resolve(this.run.networkTimes.map((_, evaluation) => 1 + evaluation));
  }

  destroy(): void {
    this.latent.destroy();
    this.prediction.destroy();
  }

  #evaluation = 0;

  #kept(): Uint32Array<ArrayBuffer> {
    return this.mock.kept?.(this.#evaluation) ?? new Uint32Array(this.#gates()).fill(1);
  }

  #gates(): number {
    return this.config.depth * this.items * tokenCount(this.config);
  }
}
