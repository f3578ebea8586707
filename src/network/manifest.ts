import * as v from 'valibot';
import type { TensorMap } from '../checkpoint/checkpoint';
import { DyditError } from '../errors';
import { conditionNames } from './conditions';
import type { DecoderConfig, DitConfig, TinyVaeConfig, VaeConfig } from './config';
import { inferDitConfig, type DitHints } from './dit/infer-config';
import { inferVaeConfig } from './vae/config';
import { inferTinyConfig } from './vae/tiny-config';

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 20));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{64}$/, 'SHA-256 in hexadecimal'));

/** A network's file, and the others of one in several; with a hash a file is checked as it arrives. */
const fileEntries = {
  file: v.string(),
  sha256: v.optional(sha256),
  more_files: v.optional(v.array(v.object({ file: v.string(), sha256: v.optional(sha256) }))),
};

/** What a manifest says of a DiT. Only what shapes can't tell must be there; all is checked. */
export const ditManifestSchema = v.object({
  ...fileEntries,
  input_size: size,
  num_heads: size,
  objective: v.picklist(['epsilon', 'flow-v']),
  patch_size: v.optional(size),
  in_channels: v.optional(size),
  hidden_size: v.optional(size),
  depth: v.optional(size),
  mlp_ratio: v.optional(v.pipe(v.number(), v.gtValue(0))),
  learn_sigma: v.optional(v.boolean()),
  num_classes: v.optional(size),
  num_styles: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  timestep_scale: v.optional(v.pipe(v.number(), v.gtValue(0))),
  weights: v.optional(v.picklist(['f16', 'f32', 'int8'])),
  conditions: v.optional(size),
  condition_names: v.optional(v.array(v.picklist(conditionNames))),
  jump_blocks: v.optional(size),
  time_frequencies: v.optional(v.picklist(['official', 'diffusers'])),
  /** What the network draws: latents of the VAE if absent. */
  space: v.optional(v.picklist(['latents', 'pixels'])),
});

/** What a manifest says of a tiny VAE (TAESD). */
export const tinyManifestSchema = v.object({
  ...fileEntries,
  latent_channels: size,
  block_out_channels: v.pipe(v.array(size), v.minLength(1)),
  blocks_per_level: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1)),
});

const klManifestSchema = v.object({
  ...fileEntries,
  latent_channels: size,
  block_out_channels: v.pipe(v.array(size), v.minLength(1)),
  layers_per_block: size,
  norm_num_groups: size,
  mid_block_add_attention: v.boolean(),
  scaling_factor: v.number(),
});

/** What a manifest says of the VAE that makes the pictures. */
export const vaeManifestSchema = v.union([klManifestSchema, tinyManifestSchema]);

export type DitManifest = v.InferOutput<typeof ditManifestSchema>;
export type TinyManifest = v.InferOutput<typeof tinyManifestSchema>;
export type VaeManifest = v.InferOutput<typeof vaeManifestSchema>;

/** How many names a manifest has. */
export interface NameCounts {
  readonly classes: number;
  readonly styles: number;
}

/**
 * The hints that a manifest gives; loading a DiT with them refuses weights that do not fit.
 */
export function hintsOfManifest(dit: DitManifest, names: NameCounts): DitHints {
  if (dit.num_classes !== undefined && dit.num_classes !== names.classes) {
    throw misfit(`names ${names.classes} classes and says that there are ${dit.num_classes}`);
  }
  return {
    numHeads: dit.num_heads,
    inputSize: dit.input_size,
    objective: dit.objective,
    inChannels: dit.in_channels,
    numClasses: names.classes,
    numStyles: names.styles,
    timeScale: dit.timestep_scale,
    conditionNames: dit.condition_names,
    jumpBlocks: dit.jump_blocks,
    timeFrequencies: dit.time_frequencies,
  };
}

/**
 * Holds a manifest against the DiT that it describes: sizes, channels, names of classes and styles.
 * @throws DyditError `checkpoint-unsupported` with the first thing that does not fit
 */
export function checkDitManifest(
  tensors: TensorMap,
  dit: DitManifest,
  names: NameCounts,
): DitConfig {
  const config = inferDitConfig(tensors, hintsOfManifest(dit, names));
  expectSame('the patch size', dit.patch_size, config.patchSize);
  expectSame('the hidden size', dit.hidden_size, config.hiddenSize);
  expectSame('the number of layers', dit.depth, config.depth);
  expectSame('the MLP ratio', dit.mlp_ratio, config.mlpRatio);
  expectSame('the number of styles', dit.num_styles, config.numStyles);
  expectSame('the number of linear inputs', dit.conditions, config.conditions ?? 0);
  expectSame('whether the variance is learned', dit.learn_sigma, config.learnSigma);
  if (config.objective === 'epsilon' && !config.learnSigma && dit.learn_sigma === undefined) {
    throw misfit(
      'says that noise is predicted, but the weights make no variance; it has to say "learn_sigma": false if that is right',
    );
  }
  return config;
}

/** Holds a manifest against the VAE that it describes; throws as `checkDitManifest`. */
export function checkVaeManifest(tensors: TensorMap, vae: VaeManifest): DecoderConfig {
  return 'blocks_per_level' in vae ? checkTinyManifest(tensors, vae) : checkKl(tensors, vae);
}

/** Holds a manifest against the tiny VAE that it describes; throws as `checkDitManifest`. */
export function checkTinyManifest(tensors: TensorMap, tiny: TinyManifest): TinyVaeConfig {
  const config = inferTinyConfig(tensors);
  expectSame('the latent channels of the VAE', tiny.latent_channels, config.latentChannels);
  expectSame(
    "the channels of the VAE's levels",
    tiny.block_out_channels.join(', '),
    config.blockOutChannels.join(', '),
  );
  expectSame(
    "the blocks of the VAE's levels",
    tiny.blocks_per_level.join(', '),
    config.blocksPerLevel.join(', '),
  );
  return config;
}

function checkKl(tensors: TensorMap, vae: v.InferOutput<typeof klManifestSchema>): VaeConfig {
  const config = inferVaeConfig(tensors, {
    normNumGroups: vae.norm_num_groups,
    scalingFactor: vae.scaling_factor,
  });
  expectSame('the latent channels of the VAE', vae.latent_channels, config.latentChannels);
  expectSame(
    "the channels of the VAE's levels",
    vae.block_out_channels.join(', '),
    config.blockOutChannels.join(', '),
  );
  expectSame("the layers of the VAE's levels", vae.layers_per_block, config.layersPerBlock);
  expectSame(
    'whether the VAE has attention',
    vae.mid_block_add_attention,
    config.midBlockAddAttention,
  );
  return config;
}

function expectSame<T extends string | number | boolean>(
  what: string,
  said: T | undefined,
  found: T,
): void {
  if (said === undefined || said === found) return;
  throw misfit(`says of ${what}: ${said}; the weights say ${found}`);
}

function misfit(message: string): DyditError {
  return new DyditError(
    'checkpoint-unsupported',
    `The model's manifest ${message}.`,
    'The manifest and the weights belong to different models; export them together again.',
  );
}
