import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';
import {
  isTiny,
  type DecoderConfig,
  type DitConfig,
  type TinyVaeConfig,
} from '../../network/config';
import type { Manifest, ManifestFile } from '../manifest';
import { plainClasses, usualDefaults } from '../model-info';
import type { ResolvedModel } from './resolve';

/** What a conversion wrote. */
export interface Converted {
  readonly dtype: TargetDtype;
  readonly dit: readonly ManifestFile[];
  readonly vae: readonly ManifestFile[];
  readonly preview: readonly ManifestFile[];
  readonly origin: NonNullable<Manifest['origin']>;
}

/** The manifest of a converted model: its files with their hashes, and all that is known of it. */
export function convertedManifest(model: ResolvedModel, converted: Converted): Manifest {
  const { manifest } = model;
  const { dtype, origin } = converted;
  const [dit, vae, preview] = [converted.dit, converted.vae, converted.preview].map(fileEntries);
  const decoders = {
    ...(model.vae ? { vae: { ...vaeEntries(model.vae.config), ...vae } } : {}),
    ...(model.preview ? { preview: { ...tinyEntries(model.preview.config), ...preview } } : {}),
  };
  if (manifest) {
    return {
      ...manifest,
      // Of the shards that it came in nothing is left.
      dit: { ...manifest.dit, more_files: undefined, ...dit, weights: dtype },
      ...decoders,
      origin,
    };
  }
  const { config } = model.dit;
  const { sampler, steps, guidance, guidanceChannels } = usualDefaults(config);
  return {
    name: model.name,
    dit: { ...dit, ...ditEntries(config), space: model.space, weights: dtype },
    ...decoders,
    sampling: { sampler, steps, cfg_scale: guidance, cfg_channels: guidanceChannels },
    styles: Array.from({ length: config.numStyles }, (_, i) => `Style ${i}`),
    classes: plainClasses(config.numClasses, model.classNames),
    origin,
  };
}

function fileEntries(files: readonly ManifestFile[]) {
  const first = files.at(0);
  const more = files.slice(1);
  return {
    file: first?.file ?? '',
    ...(first?.sha256 === undefined ? {} : { sha256: first.sha256 }),
    ...(more.length > 0 ? { more_files: [...more] } : {}),
  };
}

function ditEntries(config: DitConfig) {
  return {
    input_size: config.inputSize,
    num_heads: config.numHeads,
    objective: config.objective,
    learn_sigma: config.learnSigma,
    num_classes: config.numClasses,
    ...(config.timeScale === undefined ? {} : { timestep_scale: config.timeScale }),
    ...(config.timeFrequencies === undefined ? {} : { time_frequencies: config.timeFrequencies }),
  };
}

function tinyEntries(config: TinyVaeConfig) {
  return {
    latent_channels: config.latentChannels,
    block_out_channels: [...config.blockOutChannels],
    blocks_per_level: [...config.blocksPerLevel],
  };
}

function vaeEntries(config: DecoderConfig) {
  if (isTiny(config)) return tinyEntries(config);
  return {
    latent_channels: config.latentChannels,
    block_out_channels: [...config.blockOutChannels],
    layers_per_block: config.layersPerBlock,
    norm_num_groups: config.normNumGroups,
    mid_block_add_attention: config.midBlockAddAttention,
    scaling_factor: config.scalingFactor,
  };
}
