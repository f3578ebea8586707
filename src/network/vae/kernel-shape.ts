import type { TensorMap } from '../../checkpoint/checkpoint';
import { DyditError } from '../../errors';

/** What to do about a decoder whose kernel is missing, or is of another kind. */
export interface KernelAdvice {
  readonly missing: string;
  readonly odd: string;
}

/**
 * Shape of a convolution's kernel in a decoder's checkpoint.
 * @throws DyditError `checkpoint-incomplete` or `checkpoint-unsupported`, naming the tensor
 */
export function kernelShape(
  tensors: TensorMap,
  name: string,
  { missing, odd }: KernelAdvice,
): readonly number[] {
  const tensor = tensors.get(name);
  if (!tensor) {
    const message = `The VAE checkpoint has no tensor "${name}".`;
    throw new DyditError('checkpoint-incomplete', message, missing);
  }
  const { shape } = tensor;
  if (shape.length !== 4 || shape.some((size) => size < 1)) {
    const message = `Tensor "${name}" has shape [${shape.join(', ')}]; 4 dimensions of at least 1 were expected.`;
    throw new DyditError('checkpoint-unsupported', message, odd);
  }
  return shape;
}
