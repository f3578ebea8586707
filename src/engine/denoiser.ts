import type { Executable, Storage } from '../backend/backend';
import { Owned } from '../backend/owned';
import { DyditError } from '../errors';
import type { EstimateCoefficients, UpdateCoefficients } from '../ops/run-values';
import { denseWords } from '../ops/tensor';
import { outChannels } from '../network/config';
import type { Denoiser, PredictionSlot, SamplerStep } from '../sampler/denoiser';
import type { NetworkRun } from './network-run';
import {
  recordEstimate,
  recordGuidance,
  recordUpdate,
  type SamplerShape,
} from './sampler-programs';

/** How a sampler drives a network on a device. */
export interface DeviceDenoiserOptions {
  /** Its latent is what the sampler moves. */
  readonly run: NetworkRun;
  /** Guidance scale. */
  readonly guidance: number;
  /** Channels below this one are guided. */
  readonly guidedChannels: number;
  /** Standard normal noise of a step, as long as the latent. */
  readonly noise: (step: number) => Float32Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /**
   * Called when a step's work is done, in order.
   * @param kept token gates (L, B*N) of each evaluation of the step; empty without dynamic tokens
   */
  readonly onStep?: (step: SamplerStep, kept: readonly Uint32Array[]) => void;
  /** Whether to guess the clean latent at this step. */
  readonly wantsPreview?: (step: number) => boolean;
  /** Receives the guess, shaped as the latent; valid until the next one is wanted. */
  readonly onPreview?: (clean: Storage) => void;
  /** Steps that the latent has behind it already. */
  readonly stepsDone?: number;
  /** Whether the latent that this step ends with is wanted; told after `onStep`. */
  readonly wantsLatent?: (step: SamplerStep) => boolean;
  readonly onLatent?: (step: SamplerStep, latent: Float32Array<ArrayBuffer>) => void;
}

/** The sampler's arithmetic, compiled, and the memory it works in. */
interface Arithmetic {
  readonly guidance: readonly [Executable, Executable];
  readonly update: Executable;
  readonly estimate: Executable;
  /** Guided predictions (B * Cout, S * S). */
  readonly slots: readonly [Storage, Storage];
  /** (latentItems * C, S * S) */
  readonly noise: Storage;
  /** (latentItems * C, S * S) */
  readonly clean: Storage;
  /** (1, 1) word, not 0 where a latent value was not finite. */
  readonly flags: Storage;
}

/** Runs the network and the sampler's arithmetic on a device, a step ahead of what has been read. */
export class DeviceDenoiser implements Denoiser {
  #step: number;
  /** Token gates of the evaluations of this step so far, on their way. */
  #kept: Promise<Uint32Array>[] = [];
  /** The step before this one, read and reported. */
  #pending: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: DeviceDenoiserOptions,
    private readonly arithmetic: Arithmetic,
    private readonly owned: Owned,
  ) {
    this.#step = options.stepsDone ?? 0;
  }

  /**
   * Allocates and compiles everything that sampling needs.
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  static async create(options: DeviceDenoiserOptions): Promise<DeviceDenoiser> {
    const owned = new Owned();
    try {
      return new DeviceDenoiser(options, await compileArithmetic(options, owned), owned);
    } catch (error) {
      owned.destroy();
      throw error;
    }
  }

  /** The guided prediction (B * Cout, S * S) that was made last into a slot. */
  prediction(slot: PredictionSlot): Storage {
    return this.arithmetic.slots[slot];
  }

  async predict(evaluation: number, slot: PredictionSlot): Promise<void> {
    const { run, signal } = this.options;
    await run.evaluate(evaluation, signal);
    await this.arithmetic.guidance[slot].run({}, signal);
    this.#kept.push(handled(run.readKept()));
  }

  async update(coefficients: UpdateCoefficients): Promise<void> {
    const { run, noise, signal } = this.options;
    if (coefficients.noise) run.home.write(this.arithmetic.noise, noise(this.#step));
    await this.arithmetic.update.run({ update: coefficients }, signal);
    await run.latentMoved();
  }

  async preview(coefficients: EstimateCoefficients): Promise<void> {
    const { onPreview, wantsPreview, signal } = this.options;
    if (!onPreview || !wantsPreview?.(this.#step)) return;
    await this.arithmetic.estimate.run({ estimate: coefficients }, signal);
    onPreview(this.arithmetic.clean);
  }

  async endStep(step: SamplerStep): Promise<void> {
    const { signal } = this.options;
    const before = this.#pending;
    this.#pending = handled(this.#report(step, this.#kept));
    this.#kept = [];
    this.#step++;
    // The device is at work on this step while the host hears of the one before.
    await before;
    if (signal?.aborted) throw new DyditError('cancelled', 'Generating was cancelled.');
    if (step.step === step.steps - 1) await this.#pending;
  }

  /** Waits for what is being read, then frees everything but the run. */
  async destroy(): Promise<void> {
    await Promise.allSettled([this.#pending, ...this.#kept]);
    this.owned.destroy();
  }

  async #report(step: SamplerStep, kept: readonly Promise<Uint32Array>[]): Promise<void> {
    const { run, onStep, onLatent, wantsLatent } = this.options;
    // Both are asked for before anything of the next step, and so are as this one has left them.
    const latentRead = wantsLatent?.(step) ? handled(run.home.readFloats(run.latent)) : undefined;
    const [[flag], ...masks] = await Promise.all([
      run.home.readWords(this.arithmetic.flags),
      ...kept,
    ]);
    onStep?.(step, masks);
    if (flag !== 0) throw notFinite(step);
    if (latentRead) onLatent?.(step, await latentRead);
  }
}

async function compileArithmetic(
  options: DeviceDenoiserOptions,
  owned: Owned,
): Promise<Arithmetic> {
  const { run, guidance: scale, guidedChannels: channels } = options;
  const { home, latent, prediction } = run;
  const weights = owned.adopt(home.createWeights('Sampler'));
  const allocate = (name: string, spec: Storage['spec']): Storage =>
    owned.adopt(home.allocate(`Sampler.${name}`, spec));
  const slots = [allocate('slot0', prediction.spec), allocate('slot1', prediction.spec)] as const;
  const noise = allocate('noise', latent.spec);
  const clean = allocate('clean', latent.spec);
  const flags = allocate('flags', denseWords(1, 1));
  const [slot0, slot1] = slots;

  const shape = shapeOf(run);
  const guidance = recordGuidance(shape, { scale, channels });
  const compileGuidance = async (guided: Storage): Promise<Executable> =>
    owned.adopt(await home.compile(guidance, { weights, storage: { prediction, guided } }));
  return {
    slots,
    noise,
    clean,
    flags,
    guidance: [await compileGuidance(slot0), await compileGuidance(slot1)],
    update: owned.adopt(
      await home.compile(recordUpdate(shape), {
        weights,
        storage: { latent, slot0, slot1, noise, flags },
      }),
    ),
    estimate: owned.adopt(
      await home.compile(recordEstimate(shape), { weights, storage: { latent, slot0, clean } }),
    ),
  };
}

function shapeOf({ config, images, items, latent }: NetworkRun): SamplerShape {
  return {
    images,
    items,
    latentItems: latent.spec.rows / config.inChannels,
    channels: config.inChannels,
    outChannels: outChannels(config),
    pixels: config.inputSize ** 2,
  };
}

/** A promise that is awaited later, so that a failure until then is not reported as unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function notFinite({ step, steps }: SamplerStep): DyditError {
  return new DyditError(
    'not-finite',
    `The picture became infinite or not a number at step ${step + 1} of ${steps}.`,
    'Try a smaller guidance scale or another sampler.',
  );
}
