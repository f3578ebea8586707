import type { CheckpointTensor, TensorMap } from '../tensor';
import { readFloat32 } from '../decode';
import { quoted, unsupported } from '../failure';
import { elementCount } from '../layout';
import { release } from '../release';
import { widened, type ScaledBytes } from '../scaled-bytes';

/** Of the name of the scales that belong to int8 weights. */
export const scaleSuffix = '.scale';

/**
 * int8 weights: `name` int8 (rows, ...) and `name.scale` f16, either (rows), as training/quantise.py
 * writes them, or (rows, groups), a scale for so many like groups of what a row has, as a conversion
 * does. They come out as f32 under `name`, or as they are by `scaledBytes`.
 * @throws DyditError `checkpoint-unsupported` where a scale does not fit its weight
 */
export function withScalesApplied(tensors: TensorMap): TensorMap {
  const applied = new Map<string, CheckpointTensor>();
  for (const [name, tensor] of tensors) {
    const scale = tensors.get(name + scaleSuffix);
    if (tensor.dtype === 'i8' && scale) applied.set(name, scaled(tensor, scale));
    else if (!isScale(name, tensors)) applied.set(name, tensor);
  }
  return applied;
}

function isScale(name: string, tensors: TensorMap): boolean {
  if (!name.endsWith(scaleSuffix)) return false;
  return tensors.get(name.slice(0, -scaleSuffix.length))?.dtype === 'i8';
}

function scaled(tensor: CheckpointTensor, scale: CheckpointTensor): CheckpointTensor {
  const { name, shape } = tensor;
  const rows = shape.at(0);
  const columns = (elementCount(shape) ?? 0) / (rows ?? 0);
  const [scaleRows, groups = 1, ...others] = scale.shape;
  const fits = scaleRows === rows && others.length === 0 && columns % groups === 0;
  if (rows === undefined || scale.dtype !== 'f16' || !fits) {
    throw unsupported(
      `Tensor ${quoted(scale.name)} is ${scale.dtype} [${scale.shape.join(', ')}]; f16 [${rows ?? ''}] was expected, a number a row of ${quoted(name)}, or as many for each of its rows as divide it into like groups.`,
    );
  }
  const scaledBytes = async (): Promise<ScaledBytes> => {
    const bytes = await tensor.bytes();
    return {
      integers: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
      scales: await readFloat32(scale),
    };
  };
  return {
    ...{ name, shape, dtype: 'f32', stored: 'int8', scales: rows * groups },
    scaledBytes,
    bytes: async () => {
      const file = await scaledBytes();
      const values = widened(file);
      release(file.integers);
      return new Uint8Array(values.buffer);
    },
  };
}
