import { auditDit } from '../layouts/dit-keys';
import { auditDecoder } from '../layouts/decoder-keys';
import type { CheckpointTensor, TensorMap } from '../tensor';
import { convertedTensor, type ConvertedTensor, type TargetDtype } from './converted-tensor';
import { safetensorsHeader } from './safetensors-header';

/** No file is larger, unless one tensor alone is: stores, hosts and hashes like them small. */
export const largestShardBytes = 64 * 2 ** 20;

/** A file that is to be written. */
export interface PlannedShard {
  readonly name: string;
  readonly tensors: readonly ConvertedTensor[];
  readonly header: Uint8Array<ArrayBuffer>;
  readonly bytes: number;
}

/**
 * What of a DiT is written and as what: vectors, routers and the position table stay f32, as they
 * are small and decide most.
 */
export function planDit(tensors: TensorMap, target: TargetDtype): readonly ConvertedTensor[] {
  const { harmless } = auditDit(tensors);
  const left = new Set(harmless);
  return [...tensors.values()]
    .filter(({ name }) => !left.has(name))
    .map((tensor) => convertedTensor(tensor, isExact(tensor) ? 'f32' : target));
}

/** The same of a VAE's decoder, whose kernels bear no int8. */
export function planVae(tensors: TensorMap, target: TargetDtype): readonly ConvertedTensor[] {
  const { harmless } = auditDecoder(tensors);
  const left = new Set(harmless);
  const type = target === 'int8' ? 'f16' : target;
  return [...tensors.values()]
    .filter(({ name }) => !left.has(name))
    .map((tensor) => convertedTensor(tensor, tensor.shape.length < 2 ? 'f32' : type));
}

function isExact({ name, shape }: CheckpointTensor): boolean {
  return shape.length < 2 || name === 'pos_embed' || /\.(router|mlp_head\.\d)\./.test(name);
}

/** Spreads tensors over files in their order. @param prefix of the files' names */
export function planShards(
  prefix: string,
  tensors: readonly ConvertedTensor[],
  largest = largestShardBytes,
): readonly PlannedShard[] {
  const groups: ConvertedTensor[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    // Its name, shape and place in the header, with something to spare.
    const need = bytesOf(tensor) + tensor.outputs.length * (tensor.source.name.length + 160);
    if (need > room) {
      groups.push([]);
      room = largest - 64;
    }
    groups[groups.length - 1].push(tensor);
    room -= need;
  }
  return groups.map((group, index) => {
    const header = safetensorsHeader(group.flatMap(({ outputs }) => outputs));
    const number = (value: number) => String(value).padStart(5, '0');
    return {
      name: `${prefix}-${number(index + 1)}-of-${number(groups.length)}.safetensors`,
      tensors: group,
      header,
      bytes: header.length + group.reduce((sum, tensor) => sum + bytesOf(tensor), 0),
    };
  });
}

function bytesOf({ outputs }: ConvertedTensor): number {
  return outputs.reduce((sum, { bytes }) => sum + bytes, 0);
}
