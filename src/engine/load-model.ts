import type { Backend } from '../backend/backend';
import { Owned } from '../backend/owned';
import { DyditError } from '../errors';
import { resolveBeside } from '../checkpoint/files/address';
import { identityOf } from '../checkpoint/integrity';
import { openCheckpoint } from '../checkpoint/open';
import { Dit } from '../network/dit/dit';
import { inferVaeConfig } from '../network/vae/config';
import { Vae } from '../network/vae/vae';
import {
  checkDitManifest,
  checkVaeManifest,
  hintsOfManifest,
  type NameCounts,
} from '../network/manifest';
import type { LoadProgress, ModelInfo, ModelSource } from './api';
import { downloadAll, downloadJson } from './download';
import { parseManifest, type Manifest } from './manifest';
import { describeModel } from './model-info';
import { PictureDecoder } from './picture-decoder';

/** A model ready to generate. */
export interface LoadedModel {
  readonly info: ModelInfo;
  readonly dit: Dit;
  readonly pictures: PictureDecoder;
  destroy(): void;
}

/** The files of a model and what is known of them. */
interface ModelFiles {
  readonly name: string;
  readonly checkpoint: Blob;
  readonly vae?: Blob;
  readonly manifest?: Manifest;
}

/** Downloads a manifest's files, or takes those that were dropped. */
async function fetchFiles(
  source: ModelSource,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelFiles> {
  if (source.kind === 'files') {
    return { name: source.checkpoint.name, checkpoint: source.checkpoint, vae: source.vae };
  }
  const manifest = parseManifest(await downloadJson(source.url, { signal }));
  const [checkpoint, vae] = await downloadAll(
    [manifest.dit, manifest.vae].map(({ file, sha256 }) => ({
      url: resolveBeside(file, source.url),
      sha256,
    })),
    { signal, onProgress: (fraction) => onProgress({ stage: 'download', fraction }) },
  );
  return { name: manifest.name, checkpoint, vae, manifest };
}

function namesOf({ classes, styles }: Manifest): NameCounts {
  return { classes: classes.length, styles: styles.length };
}

/** How loading reports and stops. */
interface LoadControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

async function loadVae(
  dit: Dit,
  file: Blob,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Promise<Vae> {
  const { tensors } = await openCheckpoint(file, 'the VAE');
  const config = manifest ? checkVaeManifest(tensors, manifest.vae) : inferVaeConfig(tensors);
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
  { signal, onProgress }: LoadControl,
): Promise<LoadedModel> {
  const { name, checkpoint, vae: vaeFile, manifest } = await fetchFiles(source, signal, onProgress);
  onProgress({ stage: 'read', fraction: 0 });
  const { tensors } = await openCheckpoint(checkpoint, name);
  if (manifest) checkDitManifest(tensors, manifest.dit, namesOf(manifest));
  const hints = manifest && hintsOfManifest(manifest.dit, namesOf(manifest));
  const owned = new Owned();
  try {
    const dit = owned.adopt(
      await Dit.load(backend, tensors, hints, {
        signal,
        onProgress: (fraction) => onProgress({ stage: 'upload', fraction }),
      }),
    );
    const identity = await identityOf(vaeFile ? [checkpoint, vaeFile] : [checkpoint]);
    const vae = vaeFile && owned.adopt(await loadVae(dit, vaeFile, manifest, signal));
    if (signal.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
    return {
      info: describeModel({ name, identity, dit, vae, manifest }),
      dit,
      pictures: new PictureDecoder(backend, dit.config, vae),
      destroy: () => owned.destroy(),
    };
  } catch (error) {
    owned.destroy();
    throw error;
  }
}
