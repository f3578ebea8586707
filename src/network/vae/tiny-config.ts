import type { TensorMap } from '../../checkpoint/checkpoint';
import { tinyLevels, tinyPrefix } from '../../checkpoint/layouts/tiny-vae';
import type { TinyVaeConfig } from '../config';
import { kernelShape } from './kernel-shape';

/**
 * Reads the shape of a tiny decoder off its tensors. It takes latents as the DiT makes them: by its
 * own convention they are not scaled.
 * @throws DyditError `checkpoint-incomplete` or `checkpoint-unsupported`, naming the tensor
 */
export function inferTinyConfig(tensors: TensorMap): TinyVaeConfig {
  const levels = tinyLevels(new Set(tensors.keys()));
  const first = shapeOf(tensors, 0);
  const inner = levels.slice(0, -1).map(({ conv }) => shapeOf(tensors, conv)[0]);
  return {
    latentChannels: first[1],
    blockOutChannels: [first[0], ...inner],
    blocksPerLevel: levels.map(({ blocks }) => blocks.length),
    scalingFactor: 1,
  };
}

function shapeOf(tensors: TensorMap, layer: number): readonly number[] {
  return kernelShape(tensors, `${tinyPrefix}.${layer}.weight`, {
    missing: 'Save the decoder whole.',
    odd: "The engine runs TAESD's decoder as its authors published it.",
  });
}
