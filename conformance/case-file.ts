import * as v from 'valibot';
import type { TensorMap } from '../src/checkpoint/checkpoint';
import { readFloat32 } from '../src/checkpoint/decode';

/** `case.json`; what is not listed is not needed. */
const caseSchema = v.object({
  name: v.string(),
  config: v.object({ num_heads: v.number(), input_size: v.number(), num_classes: v.number() }),
  cfg_scale: v.number(),
  cfg_channels: v.number(),
  sampling_steps: v.number(),
});

export type CaseSettings = v.InferOutput<typeof caseSchema>;

export function parseCase(json: unknown): CaseSettings {
  return v.parse(caseSchema, json);
}

/** A tensor of `case.safetensors`. */
export interface CaseTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** @throws Error where the case has no such tensor */
export async function caseTensor(tensors: TensorMap, name: string): Promise<CaseTensor> {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`case.safetensors has no "${name}".`);
  return { shape: tensor.shape, values: await readFloat32(tensor) };
}

/** Item `index` of a batch. */
export function item(tensor: CaseTensor, index: number): Float32Array<ArrayBuffer> {
  const size = tensor.values.length / tensor.shape[0];
  return tensor.values.slice(index * size, (index + 1) * size);
}
