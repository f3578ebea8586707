import { DyditError } from '../errors';
import { BufferArena } from '../gpu/buffer';
import { withErrorScopes } from '../gpu/error-scope';
import type { KernelLibrary } from '../kernels/library';
import type { DitConfig } from '../model/config';
import type { DitRun } from '../model/dit/run';
import { viewLatent } from '../model/latent-view';
import { samplers } from '../sampler/by-name';
import type { Sampler } from '../sampler/denoiser';
import { GpuDenoiser } from '../sampler/gpu-denoiser';
import { fillNormal, LATENT_STREAM, stepStream } from '../sampler/normal';
import type { GenerateOptions, GenerateRequest, GenerateResult, Picture } from './api';
import type { LoadedModel } from './load-model';
import { PreviewBudget } from './preview-budget';
import { RunClock } from './run-clock';
import { KeptTokenRecord, runStatistics } from './statistics';

/**
 * Runs a request from noise to pictures. Image k draws its noise from seed + k, so it is the same
 * alone as in a batch.
 */
export async function generate(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const arena = new BufferArena(library.gpu, 'Generate');
  try {
    return await withErrorScopes(library.gpu, 'generating', () =>
      run(library, model, request, options, arena),
    );
  } finally {
    arena.destroy();
  }
}

async function run(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
  arena: BufferArena,
): Promise<GenerateResult> {
  const { config } = model.dit;
  const { images, seed } = request;
  const clock = new RunClock(request.steps, images, options.onStep);
  const sampler = samplers[request.sampler](request.steps);
  const latent = arena.upload('latent', noiseFor(config, images, seed, LATENT_STREAM));
  const ditRun = arena.adopt(
    await model.dit.prepare({
      latent,
      labels: Array.from({ length: images }, () => ({
        classId: request.classId,
        styleId: request.styleId,
      })),
      guided: request.guidance !== 1,
      networkTimes: sampler.networkTimes,
      dynamicWidth: request.dynamicWidth,
      dynamicTokens: request.dynamicTokens,
    }),
  );
  const kept = new KeptTokenRecord(ditRun, sampler.networkTimes.length, !ditRun.dynamicTokens);
  const gpuMs = await sampleLatent(library, model, request, options, ditRun, sampler, {
    latent,
    kept,
    clock,
  });
  const pictures: Picture[] = [];
  for (let image = 0; image < images; image++) {
    throwIfCancelled(options.signal);
    pictures.push(await toPicture(library, model, latent, image));
    clock.decoded(image + 1);
  }
  return {
    request,
    pictures,
    statistics: runStatistics(config, ditRun, sampler.networkTimes, kept, {
      ...clock.times(),
      gpuStepMs: gpuMs && evaluationsPerStep(gpuMs, request.steps),
    }),
  };
}

/** Samples in place; gives the GPU time of each evaluation where the adapter measures it. */
async function sampleLatent(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
  ditRun: DitRun,
  sampler: Sampler,
  state: {
    readonly latent: GPUBuffer;
    readonly kept: KeptTokenRecord;
    readonly clock: RunClock;
  },
): Promise<readonly number[] | undefined> {
  const { config } = ditRun;
  const { images, seed, guidanceChannels } = request;
  const { latent, kept, clock } = state;
  const preview = previewer(library, model, request, options, clock);
  let evaluation = 0;
  const denoiser = await GpuDenoiser.create(library, {
    run: ditRun,
    latent,
    latentItems: images,
    images,
    guidance: request.guidance,
    guidedChannels: guidanceChannels === 'all' ? config.inChannels : guidanceChannels,
    evaluations: sampler.networkTimes.length,
    noise: (step) => noiseFor(config, images, seed, stepStream(step)),
    signal: options.signal,
    wantsPreview: preview.wanted,
    onPreview: preview.show,
    onStep: (step, report) => {
      kept.add(evaluation, report.kept);
      evaluation += report.evaluations;
      clock.stepped(step.step + 1);
    },
  });
  try {
    clock.samplingStarts();
    await sampler.run(denoiser);
    await preview.finished();
    return await denoiser.gpuTimes();
  } finally {
    await preview.finished();
    await denoiser.destroy();
  }
}

/** Standard normals (images, C, S, S); image k has seed + k. */
function noiseFor(
  config: DitConfig,
  images: number,
  seed: number,
  stream: number,
): Float32Array<ArrayBuffer> {
  const size = config.inChannels * config.inputSize ** 2;
  const out = new Float32Array(images * size);
  for (let image = 0; image < images; image++) {
    fillNormal(out.subarray(image * size, (image + 1) * size), (seed + image) >>> 0, stream);
  }
  return out;
}

async function toPicture(
  library: KernelLibrary,
  model: LoadedModel,
  latent: GPUBuffer,
  image: number,
): Promise<Picture> {
  if (model.vae) return model.vae.decode(latent, image);
  const { config } = model.dit;
  const rgba = await viewLatent(library.gpu, config, latent, image);
  return { width: config.inputSize, height: config.inputSize, rgba };
}

/** Live previews: at most one at work, within its budget of time. */
function previewer(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
  clock: RunClock,
) {
  const { onPreview, signal } = options;
  const budget = new PreviewBudget(0);
  let working = Promise.resolve();
  const decodeAll = async (clean: GPUBuffer) => {
    try {
      const pictures: Picture[] = [];
      for (let image = 0; image < request.images; image++) {
        if (signal?.aborted) return;
        pictures.push(await toPicture(library, model, clean, image));
      }
      onPreview?.(pictures);
    } catch {
      // A preview that fails is not shown; if the latent is at fault, the step's own check says so.
    } finally {
      budget.end(performance.now());
    }
  };
  return {
    wanted: (step: number) =>
      onPreview !== undefined &&
      request.preview === 'auto' &&
      step > 0 &&
      step < request.steps - 1 &&
      budget.affordable(clock.samplingMs()),
    show: (_step: number, clean: GPUBuffer) => {
      budget.begin(performance.now());
      working = decodeAll(clean);
    },
    finished: () => working,
  };
}

/** Sums the evaluations of each step; Heun takes two in every step but the last. */
function evaluationsPerStep(gpuMs: readonly number[], steps: number): readonly number[] {
  const perStep = gpuMs.length > steps ? 2 : 1;
  return Array.from({ length: steps }, (_, step) =>
    gpuMs.slice(step * perStep, (step + 1) * perStep).reduce((sum, ms) => sum + ms, 0),
  );
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DyditError('cancelled', 'Generating was cancelled.');
}
