import type { TensorMap } from '../src/checkpoint/checkpoint';
import { openCheckpoint } from '../src/checkpoint/open';
import type { DitHints } from '../src/network/dit/infer-config';
import { keptShare, officialConfig } from './configs';
import type { ConfigName } from './names';
import type { Lambda } from './paper';
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

/** Which model, and how much of it. */
export interface ModelChoice {
  readonly config: ConfigName;
  /** Of the synthetic ones; the shipped model keeps what it has learned to keep. */
  readonly lambda: Lambda;
  /** Fewer blocks than the model has, with the same weights; for the official sizes. */
  readonly depth?: number | undefined;
}

/** @param openEmoji the file of the shipped model */
export async function benchModel(
  { config: name, lambda, depth }: ModelChoice,
  openEmoji: () => Promise<Blob>,
): Promise<BenchModel> {
  if (name === 'emoji') {
    const { tensors } = await openCheckpoint(await openEmoji(), emojiCheckpoint);
    return { tensors, hints: { objective: 'flow-v' } };
  }
  const config = officialConfig(name);
  const share = keptShare(name, lambda);
  return { tensors: syntheticCheckpoint(config, { share, depth }), hints: {} };
}

/**
 * Blocks of a network that are held against the reference: all of the shipped model's, of others as
 * many as plain loops do in about a minute.
 */
export function referenceDepth(name: ConfigName): number | undefined {
  if (name === 'emoji') return undefined;
  return name === 's2' || name === 'b2' ? 2 : 1;
}

/** True where several copies of the weights would fill the machine: one is measured after another. */
export function measuredApart(name: ConfigName): boolean {
  return name.startsWith('xl2') || name.startsWith('l2');
}
