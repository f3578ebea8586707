import type { CheckpointTensor, TensorMap } from '../tensor';
import { renamed } from './derived-tensor';
import { compare, type KeyAudit } from './dit-keys';

/**
 * The decoder of a tiny autoencoder (TAESD, github.com/madebyollin/taesd; diffusers' AutoencoderTiny):
 * a list of layers that go by their numbers. Convolutions have weights of their own, blocks three
 * convolutions each; what lies between and has no weights, bends, cuts off or doubles.
 */
export const tinyPrefix = 'decoder.layers';

const most = 64;

/** Names of the original code: its list begins with a layer that diffusers' has not. */
const original = /^(?:taesd_)?(?:decoder\.)?(\d{1,2})\.(weight|bias|(?:conv|skip|pool)\..+)$/;

/** Whether these are names of a tiny decoder, and by whose code. */
export function namingOfTinyVae(names: readonly string[]): 'taesd' | 'diffusers' | undefined {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^decoder\.layers\.0\.weight$/) && has(/^decoder\.layers\.\d+\.conv\.0\.weight$/)) {
    return 'diffusers';
  }
  const isOriginal =
    has(/^(taesd_)?(decoder\.)?1\.weight$/) && has(/^(taesd_)?(decoder\.)?\d+\.conv\.0\.weight$/);
  return isOriginal ? 'taesd' : undefined;
}

/** The weights under diffusers' names; what is none of the decoder keeps its own. */
export function fromTaesd(tensors: TensorMap): TensorMap {
  const converted = new Map<string, CheckpointTensor>();
  for (const [key, tensor] of tensors) {
    const match = original.exec(key);
    const name = match ? `${tinyPrefix}.${Number(match[1]) - 1}.${match[2]}` : key;
    converted.set(name, renamed(name, tensor));
  }
  return converted;
}

/** Blocks of one size of picture, and the convolution after them. */
export interface TinyLevel {
  /** Numbers of the blocks. */
  readonly blocks: readonly number[];
  /** Number of the convolution; of all but the last level it takes every pixel doubled. */
  readonly conv: number;
}

/** The levels of a decoder by its names, the smallest picture first; at least one. */
export function tinyLevels(names: ReadonlySet<string>): readonly TinyLevel[] {
  const isConv = (number: number) => names.has(`${tinyPrefix}.${number}.weight`);
  const isBlock = (number: number) => names.has(`${tinyPrefix}.${number}.conv.0.weight`);
  const last = Math.max(
    ...Array.from({ length: most }, (_, number) =>
      isConv(number) || isBlock(number) ? number : 0,
    ),
  );
  const levels: TinyLevel[] = [];
  // After the first convolution comes what cuts off below zero.
  for (let number = 2; ;) {
    const blocks: number[] = [];
    while (isBlock(number)) blocks.push(number++);
    const ends = isConv(number) || number >= last;
    levels.push({ blocks, conv: ends ? number : number + 1 });
    if (ends) return levels;
    number += 2;
  }
}

/** Holds the names of a tiny decoder against what its layers ask for. */
export function auditTinyVae(tensors: TensorMap): KeyAudit {
  const levels = tinyLevels(new Set(tensors.keys()));
  const wanted = new Set<string>();
  const want = (layer: string | number) =>
    ['weight', 'bias'].forEach((kind) => wanted.add(`${tinyPrefix}.${layer}.${kind}`));
  want(0);
  for (const { blocks } of levels) {
    for (const block of blocks) [0, 2, 4].forEach((conv) => want(`${block}.conv.${conv}`));
  }
  const inner = levels.slice(0, -1).map(({ conv }) => `${tinyPrefix}.${conv}`);
  for (const layer of inner) wanted.add(`${layer}.weight`);
  want(levels[levels.length - 1].conv);
  const optional = new Set(inner.map((layer) => `${layer}.bias`));
  return compare(tensors, wanted, (name) => optional.has(name), /^(?!decoder\.)/);
}
