import type { TensorMap } from '../../checkpoint/checkpoint';
import { tinyLevels, tinyPrefix } from '../../checkpoint/layouts/tiny-vae';
import { DyditError } from '../../errors';
import type { TinyVaeConfig } from '../config';

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
  const name = `${tinyPrefix}.${layer}.weight`;
  const tensor = tensors.get(name);
  if (!tensor) {
    throw new DyditError(
      'checkpoint-incomplete',
      `The VAE checkpoint has no tensor "${name}".`,
      'Save the decoder whole.',
    );
  }
  const { shape } = tensor;
  if (shape.length !== 4 || shape.some((size) => size < 1)) {
    throw new DyditError(
      'checkpoint-unsupported',
      `Tensor "${name}" has shape [${shape.join(', ')}]; 4 dimensions of at least 1 were expected.`,
      "The engine runs TAESD's decoder as its authors published it.",
    );
  }
  return shape;
}
