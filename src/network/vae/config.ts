import { DyditError } from '../../errors';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { isTinyVae } from '../../checkpoint/layouts/decoder-keys';
import type { DecoderConfig, VaeConfig } from '../config';
import { kernelShape } from './kernel-shape';
import { inferTinyConfig } from './tiny-config';

/** What a checkpoint does not say by its shapes, from a manifest or the caller. */
export interface VaeHints {
  readonly normNumGroups?: number;
  /** decode(z / scalingFactor) */
  readonly scalingFactor?: number;
  /** What some autoencoders add to latents before decoding; any other than 0 is refused. */
  readonly shiftFactor?: number;
}

/** Channels of the widest attention that every backend takes: those of Stable Diffusion's VAE. */
const widestHead = 512;

/** What Stable Diffusion's VAE has, and diffusers' defaults with it. */
const stableDiffusion = { latentChannels: 4, normNumGroups: 32, scalingFactor: 0.18215 };

const layoutAdvice = "The engine runs the decoder of diffusers' AutoencoderKL.";

function unsupported(message: string): DyditError {
  return new DyditError('checkpoint-unsupported', message, layoutAdvice);
}

function shapeOf(tensors: TensorMap, key: string): readonly number[] {
  return kernelShape(tensors, key, {
    missing: 'If the VAE is in several files, drop the others as well; else save it whole.',
    odd: layoutAdvice,
  });
}

function count(tensors: TensorMap, key: (index: number) => string): number {
  let index = 0;
  while (tensors.has(key(index))) index++;
  return index;
}

/** Reads the shape of a decoder of either kind off its tensors; throws as `inferVaeConfig`. */
export function inferDecoderConfig(tensors: TensorMap, hints?: VaeHints): DecoderConfig {
  return isTinyVae(tensors) ? inferTinyConfig(tensors) : inferVaeConfig(tensors, hints);
}

/**
 * Reads the shape of a VAE off its decoder's tensors. Two numbers are not in the shapes: the groups
 * of its norms and the scaling factor. They come from `hints`; without, a VAE with 4 latent
 * channels, mid-block attention and every level a multiple of 32 wide is taken for Stable
 * Diffusion's (32 groups, 0.18215), and anything else is refused rather than guessed.
 * @throws DyditError `checkpoint-incomplete` or `checkpoint-unsupported`, naming the tensor or number
 */
export function inferVaeConfig(tensors: TensorMap, hints: VaeHints = {}): VaeConfig {
  const [, latentChannels] = shapeOf(tensors, 'decoder.conv_in.weight');
  const conv1 = (level: number, layer: number): string =>
    `decoder.up_blocks.${level}.resnets.${layer}.conv1.weight`;
  const levels = Math.max(
    1,
    count(tensors, (level) => conv1(level, 0)),
  );
  const blockOutChannels = Array.from(
    { length: levels },
    (_, i) => shapeOf(tensors, conv1(levels - 1 - i, 0))[0],
  );
  const midBlockAddAttention = tensors.has('decoder.mid_block.attentions.0.group_norm.weight');
  const likeStableDiffusion =
    latentChannels === stableDiffusion.latentChannels &&
    midBlockAddAttention &&
    blockOutChannels.every((channels) => channels % stableDiffusion.normNumGroups === 0);
  const defaults: VaeHints = likeStableDiffusion ? stableDiffusion : {};
  if (hints.shiftFactor !== undefined && hints.shiftFactor !== 0) {
    throw unsupported(
      `The VAE shifts its latents by ${hints.shiftFactor} before decoding, as those of later text-to-image models do.`,
    );
  }
  const normNumGroups = hints.normNumGroups ?? defaults.normNumGroups;
  const scalingFactor = hints.scalingFactor ?? defaults.scalingFactor;
  if (normNumGroups === undefined || scalingFactor === undefined) {
    throw unsupported(
      "This is not Stable Diffusion's VAE, and its number of norm groups and scaling factor are not in the file.",
    );
  }
  const config: VaeConfig = {
    latentChannels,
    blockOutChannels,
    layersPerBlock: count(tensors, (layer) => conv1(0, layer)) - 1,
    normNumGroups,
    midBlockAddAttention,
    scalingFactor,
  };
  assertRunnable(config);
  return config;
}

/**
 * Refuses configurations that the kernels can't run, so that no kernel has to.
 * @throws DyditError `checkpoint-unsupported`
 */
export function assertRunnable(config: VaeConfig): void {
  const { blockOutChannels, normNumGroups, midBlockAddAttention, scalingFactor } = config;
  const odd = blockOutChannels.find((channels) => channels % normNumGroups !== 0);
  if (blockOutChannels.length === 0 || odd !== undefined) {
    throw unsupported(
      `VAE levels of ${blockOutChannels.join(', ') || 'no'} channels do not split into ${normNumGroups} norm groups.`,
    );
  }
  const top = blockOutChannels[blockOutChannels.length - 1];
  if (midBlockAddAttention && top > widestHead) {
    throw unsupported(
      `The VAE's attention has ${top} channels; at most ${widestHead} are supported.`,
    );
  }
  if (!Number.isFinite(scalingFactor) || scalingFactor === 0) {
    throw unsupported(
      `The VAE's scaling factor is ${scalingFactor}; a number other than 0 was expected.`,
    );
  }
}
