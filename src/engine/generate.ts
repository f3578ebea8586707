import { Owned } from '../backend/owned';
import type { Sampler } from '../sampler/denoiser';
import { LATENT_STREAM, stepStream } from '../sampler/normal';
import { samplerNamed } from '../sampler/samplers';
import type { GenerateOptions, GenerateRequest, GenerateResult, ModelInfo } from './api';
import { DeviceDenoiser } from './denoiser';
import type { Network, NetworkRun } from './network-run';
import { Bookmarks, expectFitting } from './bookmarks';
import { batchNoise } from './noise';
import type { PictureDecoder } from './picture-decoder';
import { Previewer } from './previewer';
import { RunClock } from './run-clock';
import { runConditions } from './run-conditions';
import { RunRecord } from './statistics';

/** What generating needs of a loaded model. */
export interface PictureModel {
  readonly info: Pick<ModelInfo, 'variation'>;
  readonly dit: Network;
  readonly pictures: Pick<PictureDecoder, 'costMs' | 'decode'>;
  /** What makes the previews, where it is another. */
  readonly previews?: Pick<PictureDecoder, 'costMs' | 'decode'> | undefined;
}

/** A request under way. */
interface Job {
  readonly model: PictureModel;
  readonly request: GenerateRequest;
  readonly options: GenerateOptions;
  readonly clock: RunClock;
}

/** A run whose memory is all there: what is left is to sample and to decode. */
interface PreparedRun {
  readonly sampler: Sampler;
  readonly run: NetworkRun;
  readonly record: RunRecord;
  /** Network evaluations of each step so far. */
  readonly evaluations: readonly number[];
  readonly denoiser: DeviceDenoiser;
  readonly previewer: Previewer;
}

/**
 * Runs a request from noise to pictures.
 * @throws DyditError `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled`
 */
export async function generate(
  model: PictureModel,
  request: GenerateRequest,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const { backend } = model.dit;
  const { from } = options;
  if (from) expectFitting(from, request, model.dit.config);
  const clock = new RunClock(request, model.pictures, options.onStep, from);
  const job: Job = { model, request, options, clock };
  const owned = new Owned();
  try {
    // Memory that is not there is found out here, before any time goes into sampling.
    const prepared = await backend.guard('preparing the run', () => prepare(job, owned));
    return await backend.guard('generating', () => sampleAndDecode(job, prepared));
  } finally {
    owned.destroy();
  }
}

async function prepare(job: Job, owned: Owned): Promise<PreparedRun> {
  const { model, request, options, clock } = job;
  const { from } = options;
  const { dit, pictures, previews = pictures } = model;
  const { images, guidanceChannels } = request;
  const sampler = samplerNamed(request.sampler).create(request.steps);
  const run = owned.adopt(
    await dit.prepare({
      ...runConditions(dit.config, request, model.info.variation),
      latentItems: images,
      networkTimes: sampler.networkTimes,
      networkEnds: sampler.networkEnds,
      routerShift: request.budget,
      dynamicWidth: request.dynamicWidth,
      dynamicTokens: request.dynamicTokens,
      timed: true,
    }),
  );
  run.home.write(run.latent, from?.latent ?? batchNoise(dit.config, request, LATENT_STREAM));
  await run.latentMoved();
  const record = new RunRecord(run, sampler.networkTimes);
  if (from) record.restore(from);
  const bookmarks = new Bookmarks({ clock, record, onBookmark: options.onBookmark });
  const previewer = new Previewer({ pictures: previews, request, options, clock });
  const evaluations: number[] = [];
  const denoiser = await DeviceDenoiser.create({
    run,
    guidance: request.guidance,
    guidedChannels: guidanceChannels === 'all' ? dit.config.inChannels : guidanceChannels,
    noise: (step) => batchNoise(dit.config, request, stepStream(step)),
    signal: options.signal,
    wantsPreview: (step) => previewer.wanted(step),
    onPreview: (clean) => previewer.show(clean),
    onStep: ({ step }, kept) => {
      evaluations.push(kept.length);
      for (const gates of kept) record.add(gates);
      clock.stepped(step + 1);
    },
    stepsDone: from?.step ?? 0,
    wantsLatent: (step) => bookmarks.isDue(step),
    onLatent: (step, latent) => bookmarks.add(step, latent),
  });
  owned.adopt({ destroy: () => void denoiser.destroy() });
  return { sampler, run, record, evaluations, denoiser, previewer };
}

async function sampleAndDecode(job: Job, prepared: PreparedRun): Promise<GenerateResult> {
  const { model, request, options, clock } = job;
  const { sampler, run, record, evaluations, denoiser, previewer } = prepared;
  let deviceMs: readonly number[] | undefined;
  try {
    clock.samplingStarts();
    await sampler.run(denoiser, options.from?.step);
    await previewer.finished();
    deviceMs = await run.deviceMs();
  } finally {
    await previewer.finished();
    await denoiser.destroy();
  }
  const known = options.from?.pictures;
  let decoded = known?.size ?? 0;
  const pictures = await model.pictures.decode(run.latent, request.images, {
    signal: options.signal,
    known,
    onDecoded(image, picture) {
      clock.decoded(++decoded);
      options.onPicture?.(image, picture);
    },
  });
  return {
    request,
    precision: model.dit.backend.report.precision,
    pictures,
    statistics: record.statistics({
      ...clock.times(),
      // The clock of the device that a run began on went with it.
      deviceStepMs: options.from ? undefined : deviceMs && sumBySteps(deviceMs, evaluations),
    }),
  };
}

/** Sums the times of each step's evaluations. */
function sumBySteps(times: readonly number[], counts: readonly number[]): readonly number[] {
  let start = 0;
  return counts.map((count) => {
    const ofStep = times.slice(start, start + count);
    start += count;
    return ofStep.reduce((sum, ms) => sum + ms, 0);
  });
}
