import { DyditError } from '../errors';
import { BufferArena } from '../backend/webgpu/gpu/buffer';
import { withErrorScopes } from '../backend/webgpu/gpu/error-scope';
import type { KernelLibrary } from '../backend/webgpu/kernels/library';
import type { DitConfig } from '../network/config';
import type { DitRun } from '../network/dit/run';
import { samplers } from '../sampler/by-name';
import type { Sampler } from '../sampler/denoiser';
import { GpuDenoiser } from './gpu-denoiser';
import { fillNormal, LATENT_STREAM, stepStream } from '../sampler/normal';
import type { GenerateOptions, GenerateRequest, GenerateResult, Picture } from './api';
import type { LoadedModel } from './load-model';
import { Previewer } from './previewer';
import { RunClock } from './run-clock';
import { KeptTokenRecord, runStatistics } from './statistics';

/** A run whose buffers are all there: what is left is to sample and to decode. */
interface PreparedRun {
  readonly latent: GPUBuffer;
  readonly sampler: Sampler;
  readonly ditRun: DitRun;
  readonly kept: KeptTokenRecord;
  readonly denoiser: GpuDenoiser;
  readonly previewer: Previewer;
}

/**
 * Runs a request from noise to pictures. Image k draws its noise from seed + k, so it is the same
 * alone as in a batch.
 * @throws DyditError `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled`
 */
export async function generate(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const { gpu } = library;
  const clock = new RunClock(request, model.pictures, options.onStep);
  const arena = new BufferArena(gpu, 'Generate');
  try {
    // Memory that is not there is found out here, before any time goes into sampling.
    const prepared = await withErrorScopes(gpu, 'preparing the run', () =>
      prepare(library, model, request, options, arena, clock),
    );
    return await withErrorScopes(gpu, 'generating', () =>
      run(model, request, options, prepared, clock),
    );
  } finally {
    arena.destroy();
  }
}

async function prepare(
  library: KernelLibrary,
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
  arena: BufferArena,
  clock: RunClock,
): Promise<PreparedRun> {
  const { config } = model.dit;
  const { images, seed, classId, styleId, guidanceChannels } = request;
  const sampler = samplers[request.sampler](request.steps);
  const latent = arena.upload('latent', noiseFor(config, images, seed, LATENT_STREAM));
  const ditRun = arena.adopt(
    await model.dit.prepare({
      latent,
      labels: Array.from({ length: images }, () => ({ classId, styleId })),
      guided: request.guidance !== 1,
      networkTimes: sampler.networkTimes,
      dynamicWidth: request.dynamicWidth,
      dynamicTokens: request.dynamicTokens,
    }),
  );
  const kept = new KeptTokenRecord(ditRun, sampler.networkTimes.length, !ditRun.dynamicTokens);
  const previewer = new Previewer(model.pictures, request, options, clock);
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
    wantsPreview: (step) => previewer.wanted(step),
    onPreview: (clean) => previewer.show(clean),
    onStep: (step, report) => {
      kept.add(evaluation, report.kept);
      evaluation += report.evaluations;
      clock.stepped(step.step + 1);
    },
  });
  arena.adopt({ destroy: () => void denoiser.destroy() });
  return { latent, sampler, ditRun, kept, denoiser, previewer };
}

async function run(
  model: LoadedModel,
  request: GenerateRequest,
  options: GenerateOptions,
  prepared: PreparedRun,
  clock: RunClock,
): Promise<GenerateResult> {
  const { latent, sampler, ditRun, kept, denoiser, previewer } = prepared;
  let gpuMs: readonly number[] | undefined;
  try {
    clock.samplingStarts();
    await sampler.run(denoiser);
    await previewer.finished();
    gpuMs = await denoiser.gpuTimes();
  } finally {
    await previewer.finished();
    await denoiser.destroy();
  }
  const pictures: Picture[] = [];
  for (let image = 0; image < request.images; image++) {
    if (options.signal?.aborted) throw new DyditError('cancelled', 'Generating was cancelled.');
    pictures.push(await model.pictures.decode(latent, image));
    clock.decoded(image + 1);
  }
  return {
    request,
    pictures,
    statistics: runStatistics(model.dit.config, ditRun, sampler.networkTimes, kept, {
      ...clock.times(),
      gpuStepMs: gpuMs && sumPerStep(gpuMs, request.steps),
    }),
  };
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

/** Sums the evaluations of each step; Heun takes two in every step but the last. */
function sumPerStep(evaluationMs: readonly number[], steps: number): readonly number[] {
  const perStep = evaluationMs.length > steps ? 2 : 1;
  return Array.from({ length: steps }, (_, step) =>
    evaluationMs.slice(step * perStep, (step + 1) * perStep).reduce((sum, ms) => sum + ms, 0),
  );
}
