import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import type { TinyVaeConfig, VaeConfig } from '../config';

/** Layout of fixtures/vae/sd-mini.safetensors; its z goes into post_quant_conv unscaled. */
export const sdMini: VaeConfig = {
  latentChannels: 4,
  blockOutChannels: [8, 16, 24, 24],
  layersPerBlock: 2,
  normNumGroups: 8,
  midBlockAddAttention: true,
  scalingFactor: 1,
};

/** Layout of fixtures/vae/emoji-mini.safetensors. */
export const emojiMini: VaeConfig = {
  latentChannels: 8,
  blockOutChannels: [16, 24, 32, 40],
  layersPerBlock: 1,
  normNumGroups: 8,
  midBlockAddAttention: false,
  scalingFactor: 1,
};

/** Layout of fixtures/vae/taesd-*. */
export const taesdMini: TinyVaeConfig = {
  latentChannels: 4,
  blockOutChannels: [12, 12, 12, 12],
  blocksPerLevel: [2, 1, 3, 1],
  scalingFactor: 1,
};

/** A decoder of the size of the embedded one. */
export const emojiSized: VaeConfig = {
  ...emojiMini,
  blockOutChannels: [16, 32, 96, 128],
  normNumGroups: 16,
};

/** The decoder that comes with Stable Diffusion and the authors' DiTs. */
export const stableDiffusion: VaeConfig = {
  latentChannels: 4,
  blockOutChannels: [128, 256, 512, 512],
  layersPerBlock: 2,
  normNumGroups: 32,
  midBlockAddAttention: true,
  scalingFactor: 0.18215,
};

/** A tensor that the fixture must have. */
export function fixtureTensor(tensors: TensorMap, key: string): CheckpointTensor {
  const found = tensors.get(key);
  if (!found) throw new Error(`The fixture has no tensor "${key}".`);
  return found;
}
