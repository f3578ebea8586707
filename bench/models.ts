import type { TensorMap } from '../src/checkpoint/checkpoint';
import { openCheckpoint } from '../src/checkpoint/open';
import type { DitConfig } from '../src/network/config';
import type { DitHints } from '../src/network/dit/infer-config';
import type { ConfigName } from './options';
import { syntheticCheckpoint } from './synthetic';

/** Tensors of a model, and what they don't say of it. */
export interface BenchModel {
  readonly tensors: TensorMap;
  readonly hints: DitHints;
}

/** The model that ships, below the root of the checkout and of the server. */
export const emojiCheckpoint = 'models/emoji/emoji-dit.safetensors';

/** Guidance of the shipped model. */
export const emojiGuidance = 2.5;

/** An official model (DiT, arXiv 2212.09748, table 1) with patches of 2, at 256 pixels. */
function official(hiddenSize: number, depth: number, numHeads: number): DitConfig {
  return {
    ...{ inputSize: 32, patchSize: 2, inChannels: 4, hiddenSize, depth, numHeads, mlpRatio: 4 },
    ...{ learnSigma: true, numClasses: 1000, numStyles: 0, objective: 'epsilon', dynamic: true },
  };
}

export const officialConfigs = {
  s2: official(384, 12, 6),
  b2: official(768, 12, 12),
  xl2: official(1152, 28, 16),
} as const satisfies Record<Exclude<ConfigName, 'emoji'>, DitConfig>;

/**
 * @param openEmoji the file of the shipped model
 * @param depth fewer blocks than the model has, with the same weights; for the official sizes
 */
export async function benchModel(
  name: ConfigName,
  openEmoji: () => Promise<Blob>,
  depth?: number,
): Promise<BenchModel> {
  if (name === 'emoji') {
    const { tensors } = await openCheckpoint(await openEmoji(), emojiCheckpoint);
    return { tensors, hints: { objective: 'flow-v' } };
  }
  const config = officialConfigs[name];
  return { tensors: syntheticCheckpoint(config, { depth }), hints: {} };
}

/**
 * Blocks of a network that are held against the reference: all of the shipped model's, of others as
 * many as plain loops do in about a minute.
 */
export function referenceDepth(name: ConfigName): number | undefined {
  return { emoji: undefined, s2: 2, b2: 2, xl2: 1 }[name];
}

/** True where several copies of the weights would fill the machine: one is measured after another. */
export function measuredApart(name: ConfigName): boolean {
  return name === 'xl2';
}
