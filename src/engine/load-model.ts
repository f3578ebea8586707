import type { Backend } from '../backend/backend';
import { Owned } from '../backend/owned';
import { DyditError } from '../errors';
import { Dit } from '../network/dit/dit';
import { Vae } from '../network/vae/vae';
import type { LoadProgress, ModelInfo, ModelSource } from './api';
import { describeModel } from './model-info';
import { expectFit } from './models/fit';
import { openSource } from './models/open-source';
import type { ResolvedModel } from './models/resolve';
import { PictureDecoder } from './picture-decoder';

/** A model ready to generate. */
export interface LoadedModel {
  readonly info: ModelInfo;
  readonly dit: Dit;
  readonly pictures: PictureDecoder;
  /** What makes the previews, where it is another. */
  readonly previews?: PictureDecoder | undefined;
  destroy(): void;
}

/** How loading reports and stops. */
export interface LoadControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  /** See `LoadOptions`. */
  readonly images?: number | undefined;
}

async function loadVae(
  dit: Dit,
  { tensors, config }: NonNullable<ResolvedModel['vae']>,
  signal: AbortSignal,
): Promise<Vae> {
  if (config.latentChannels !== dit.config.inChannels) {
    throw new DyditError(
      'checkpoint-unsupported',
      `The VAE decodes ${config.latentChannels} latent channels; the model makes ${dit.config.inChannels}.`,
      'Drop the VAE that the model was trained with.',
    );
  }
  const vae = await Vae.load(dit.backend, config, tensors, { signal });
  try {
    await vae.prepare(dit.config.inputSize);
    return vae;
  } catch (error) {
    vae.destroy();
    throw error;
  }
}

/**
 * Fetches, reads, checks and uploads a model.
 * @throws DyditError `network-failed`, `address-refused`, `checkpoint-broken`,
 * `checkpoint-incomplete`, `checkpoint-unsupported`, `weights-not-finite`, `limit-too-small`, `out-of-memory`, `cancelled`
 */
export async function loadModel(
  backend: Backend,
  source: ModelSource,
  { signal, onProgress, images }: LoadControl,
): Promise<LoadedModel> {
  const model = await openSource(source, { signal, onProgress });
  const { memory } = backend.report;
  if (memory) expectFit(model, memory, images);
  const { name, identity, manifest, classNames, space } = model;
  const owned = new Owned();
  try {
    const dit = owned.adopt(
      await Dit.load(backend, model.dit.tensors, model.dit.hints, {
        signal,
        onProgress: (fraction) => onProgress({ stage: 'upload', fraction }),
      }),
    );
    const vae = model.vae && owned.adopt(await loadVae(dit, model.vae, signal));
    const preview = model.preview && owned.adopt(await loadVae(dit, model.preview, signal));
    if (signal.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
    const pictures = new PictureDecoder(backend, dit.config, { vae, space });
    return {
      info: describeModel({
        ...{ name, identity, dit, vae, manifest, classNames, space },
        hasPreview: preview !== undefined,
      }),
      dit,
      pictures,
      previews: preview && new PictureDecoder(backend, dit.config, { vae: preview, space }),
      destroy: () => owned.destroy(),
    };
  } catch (error) {
    owned.destroy();
    throw error;
  }
}
