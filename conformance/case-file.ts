import * as v from 'valibot';
import type { TensorMap } from '../src/checkpoint/checkpoint';
import { readFloat32 } from '../src/checkpoint/decode';
import { openCheckpoint } from '../src/checkpoint/open';

/** `case.json`; what is not listed is not needed. */
const caseSchema = v.object({
  name: v.string(),
  config: v.object({ num_heads: v.number(), input_size: v.number(), num_classes: v.number() }),
  cfg_scale: v.number(),
  cfg_channels: v.number(),
  sampling_steps: v.number(),
});

export type CaseSettings = v.InferOutput<typeof caseSchema>;

/** A case, opened. */
export interface CaseFiles {
  readonly settings: CaseSettings;
  readonly model: TensorMap;
  /** Inputs and outputs. */
  readonly tensors: TensorMap;
}

/** The files of a case's folder. */
export const caseFileNames = ['case.json', 'case.safetensors', 'model.pt'] as const;

/** @param open gives a file of the case's folder */
export async function openCase(open: (name: string) => Promise<Blob>): Promise<CaseFiles> {
  const settings = v.parse(caseSchema, JSON.parse(await (await open('case.json')).text()));
  const model = await openCheckpoint(await open('model.pt'), 'model.pt');
  const data = await openCheckpoint(await open('case.safetensors'), 'case.safetensors');
  return { settings, model: model.tensors, tensors: data.tensors };
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
