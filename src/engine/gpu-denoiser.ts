import { DyditError } from '../errors';
import { BufferArena } from '../backend/webgpu/gpu/buffer';
import type { BoundKernel, UniformBuffer } from '../backend/webgpu/gpu/kernel';
import { PassTimestamps } from '../backend/webgpu/gpu/timestamps';
import type { KernelLibrary } from '../backend/webgpu/kernels/library';
import type { DitRun } from '../network/dit/run';
import type {
  CleanEstimate,
  Denoiser,
  LatentUpdate,
  PredictionSlot,
  SamplerStep,
} from '../sampler/denoiser';
import { StepReadback, type StepReport } from './step-readback';

/** How a sampler drives the GPU. */
export interface GpuDenoiserOptions {
  readonly run: DitRun;
  /** The latent (latentItems, C, S, S): read by the run, moved by the sampler. */
  readonly latent: GPUBuffer;
  /** Items of the latent that move: the images; both halves in the conformance cases. */
  readonly latentItems: number;
  /** Images of the batch (half of the run's items under guidance). */
  readonly images: number;
  readonly guidance: number;
  /** Channels below this one are guided. */
  readonly guidedChannels: number;
  /** Timesteps of all evaluations; their count sizes the timestamp queries. */
  readonly evaluations: number;
  /** Standard normal noise (latentItems, C, S, S) of a step. */
  readonly noise: (step: number) => Float32Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /** Called when a step's work is done, in order. */
  readonly onStep?: (step: SamplerStep, report: StepReport) => void;
  /** Whether to guess the clean latent at this step. */
  readonly wantsPreview?: (step: number) => boolean;
  /** Receives the guess of the clean latent (latentItems, C, S, S); valid until the next one is wanted. */
  readonly onPreview?: (clean: GPUBuffer) => void;
}

const kernelThreads = 64;

/** Runs the network and the sampler's arithmetic on the GPU, a step ahead of what has been read. */
export class GpuDenoiser implements Denoiser {
  #step = 0;
  #evaluationsInStep = 0;
  #pending: Promise<void> | undefined;

  private constructor(
    private readonly options: GpuDenoiserOptions,
    private readonly arena: BufferArena,
    private readonly guidance: readonly [BoundKernel, BoundKernel],
    private readonly move: BoundKernel,
    private readonly coefficients: UniformBuffer,
    private readonly estimate: BoundKernel,
    private readonly estimateCoefficients: UniformBuffer,
    private readonly noiseBuffer: GPUBuffer,
    private readonly clean: GPUBuffer,
    private readonly flags: GPUBuffer,
    private readonly predictions: readonly [GPUBuffer, GPUBuffer],
    private readonly readback: StepReadback,
    private readonly timestamps: PassTimestamps,
  ) {}

  /** Allocates and binds everything that sampling needs. */
  static async create(library: KernelLibrary, options: GpuDenoiserOptions): Promise<GpuDenoiser> {
    const { run, latent, latentItems } = options;
    const { config } = run;
    const arena = new BufferArena(library.gpu, 'Sampler');
    try {
      const pixels = config.inputSize ** 2;
      const channels = config.inChannels;
      const outChannels = config.learnSigma ? 2 * channels : channels;
      const latentBytes = latentItems * channels * pixels * 4;
      const predictionBytes = run.items * outChannels * pixels * 4;
      const predictions = [
        arena.create('prediction0', predictionBytes),
        arena.create('prediction1', predictionBytes),
      ] as const;
      const noise = arena.create('noise', latentBytes);
      const clean = arena.create('clean', latentBytes);
      const flags = arena.create('flags', 4);
      const guidanceKernel = await library.plain('guidance');
      const bindGuidance = (slot: PredictionSlot) =>
        arena.adopt(
          guidanceKernel.bind(
            `Sampler.guidance${slot}`,
            { x: run.prediction, y: predictions[slot] },
            {
              dims: {
                images: options.images,
                channels: outChannels,
                guided: options.guidedChannels,
                pixels,
                scale: options.guidance,
                halves: run.items / options.images,
              },
            },
          ),
        );
      const dims = { channels, out_channels: outChannels, pixels };
      const moveKernel = await library.plain('samplerUpdate');
      const coefficients = arena.adopt(moveKernel.createUniform('Sampler.update', 'coefficients'));
      const move = arena.adopt(
        moveKernel.bind(
          'Sampler.update',
          {
            coefficients: coefficients.buffer,
            p0: predictions[0],
            p1: predictions[1],
            noise,
            x: latent,
            flags,
          },
          { dims },
        ),
      );
      const estimateKernel = await library.plain('cleanEstimate');
      const estimateCoefficients = arena.adopt(
        estimateKernel.createUniform('Sampler.cleanEstimate', 'coefficients'),
      );
      const estimate = arena.adopt(
        estimateKernel.bind(
          'Sampler.cleanEstimate',
          {
            coefficients: estimateCoefficients.buffer,
            x: latent,
            p: predictions[0],
            y: clean,
          },
          { dims },
        ),
      );
      const keptBytes = run.dynamicTokens ? run.kept.size : 0;
      return new GpuDenoiser(
        options,
        arena,
        [bindGuidance(0), bindGuidance(1)],
        move,
        coefficients,
        estimate,
        estimateCoefficients,
        noise,
        clean,
        flags,
        predictions,
        arena.adopt(new StepReadback(library.gpu, keptBytes, 2)),
        arena.adopt(new PassTimestamps(library.gpu, options.evaluations)),
      );
    } catch (error) {
      arena.destroy();
      throw error;
    }
  }

  /** Guided prediction (B, Cout, S, S) of a slot, for the conformance cases. */
  prediction(slot: PredictionSlot): GPUBuffer {
    return this.predictions[slot];
  }

  predict(evaluation: number, slot: PredictionSlot): void {
    const { run } = this.options;
    run.select(evaluation);
    const encoder = this.#encoder('predict');
    const pass = encoder.beginComputePass({
      label: 'Sampler.predict',
      timestampWrites: this.timestamps.writes(evaluation),
    });
    run.encode(pass, evaluation);
    const outChannels = run.config.learnSigma ? 2 * run.config.inChannels : run.config.inChannels;
    this.guidance[slot].dispatch(pass, this.#pixelGroups, outChannels, run.items);
    pass.end();
    this.readback.copyKept(encoder, run.kept, this.#step, this.#evaluationsInStep);
    this.#submit(encoder);
    this.#evaluationsInStep++;
  }

  update(update: LatentUpdate): void {
    const weight = (slot: PredictionSlot) =>
      update.predictions
        .filter((term) => term.slot === slot)
        .reduce((sum, term) => sum + term.weight, 0);
    this.coefficients.write({
      latent: update.latent,
      weight0: weight(0),
      weight1: weight(1),
      noise: update.noise ? 1 : 0,
      min_log: update.noise?.minLog ?? 0,
      max_log: update.noise?.maxLog ?? 0,
    });
    if (update.noise) this.arena.write(this.noiseBuffer, this.options.noise(this.#step));
    this.#encodeOverLatent('update', this.move);
  }

  preview(estimate: CleanEstimate): void {
    const { onPreview, wantsPreview } = this.options;
    if (!onPreview || !wantsPreview?.(this.#step)) return;
    this.estimateCoefficients.write({ ...estimate });
    this.#encodeOverLatent('cleanEstimate', this.estimate);
    onPreview(this.clean);
  }

  async endStep(step: SamplerStep): Promise<void> {
    const { signal, onStep } = this.options;
    const encoder = this.#encoder('endStep');
    this.readback.copyFlag(encoder, this.flags, this.#step);
    this.#submit(encoder);
    const before = this.#pending;
    const report = this.readback.read(this.#step, this.#evaluationsInStep);
    this.#pending = report.then((read) => {
      onStep?.(step, read);
      if (!read.finite) throw notFinite(step);
    });
    // Whoever awaits it later must not be preceded by an unhandled rejection.
    this.#pending.catch(() => undefined);
    this.#step++;
    this.#evaluationsInStep = 0;
    await before;
    if (signal?.aborted) throw new DyditError('cancelled', 'Generating was cancelled.');
    if (step.step === step.steps - 1) await this.#pending;
  }

  /** GPU milliseconds of each evaluation, where the adapter has timestamps. */
  gpuTimes(): Promise<readonly number[] | undefined> {
    return this.timestamps.read();
  }

  /** Waits for queued work, then frees everything but the run and the latent. */
  async destroy(): Promise<void> {
    await this.#pending?.catch(() => undefined);
    this.arena.destroy();
  }

  get #pixelGroups(): number {
    return Math.ceil(this.options.run.config.inputSize ** 2 / kernelThreads);
  }

  #encodeOverLatent(name: string, kernel: BoundKernel): void {
    const encoder = this.#encoder(name);
    const pass = encoder.beginComputePass({ label: `Sampler.${name}` });
    const { run, latentItems } = this.options;
    kernel.dispatch(pass, this.#pixelGroups, run.config.inChannels, latentItems);
    pass.end();
    this.#submit(encoder);
  }

  #encoder(name: string): GPUCommandEncoder {
    return this.arena.gpu.device.createCommandEncoder({ label: `Sampler.${name}` });
  }

  #submit(encoder: GPUCommandEncoder): void {
    this.arena.gpu.device.queue.submit([encoder.finish()]);
  }
}

function notFinite({ step, steps }: SamplerStep): DyditError {
  return new DyditError(
    'not-finite',
    `The picture became infinite or not a number at step ${step + 1} of ${steps}.`,
    'Try a smaller guidance scale or another sampler; a checkpoint may also be damaged.',
  );
}
