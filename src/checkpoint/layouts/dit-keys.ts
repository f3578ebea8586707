import type { TensorMap } from '../tensor';

/** What a model has and what it lacks, against the names that its layout asks for. */
export interface KeyAudit {
  /** Names that the layout asks for and that are not there. */
  readonly missing: readonly string[];
  /** Tensors that the engine would leave out, and that change the picture. */
  readonly unused: readonly string[];
  /** Tensors that the engine leaves out and that no picture depends on. */
  readonly harmless: readonly string[];
}

const dense = ['weight', 'bias'] as const;
const blockLayers = ['attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2', 'adaLN_modulation.1'] as const;
const routers = [
  'attn_rate.router',
  'mlp_rate.router',
  'token_selection.mlp_head.0',
  'token_selection.mlp_head.2',
] as const;
const outerLayers = [
  'x_embedder.proj',
  't_embedder.mlp.0',
  't_embedder.mlp.2',
  'final_layer.linear',
  'final_layer.adaLN_modulation.1',
] as const;
const classTable = 'y_embedder.embedding_table.weight';
/** `a_embedder` embeds linear conditions; without them it adds nothing. */
const optional: ReadonlySet<string> = new Set([
  'pos_embed',
  's_embedder.embedding_table.weight',
  'a_embedder.weight',
]);

/** More blocks than any model has; a key may name any number. */
const maxBlocks = 4096;

/**
 * Left behind by training: counters of averaged models, schedules, losses and the projection heads
 * that REPA (arXiv 2410.06940) throws away.
 */
const trainingOnly =
  /(^|\.)(num_batches_tracked|n_averaged|initted|step|decay|num_updates|betas|alphas_cumprod|logvar)$|^(loss|lpips|projectors|optimizer|discriminator)\./;

/** Layers in a checkpoint of the official layout: one more than the highest that a key names. */
export function countDitBlocks(names: Iterable<string>): number {
  let depth = 0;
  for (const name of names) {
    const match = /^blocks\.(\d{1,4})\./.exec(name);
    if (match) depth = Math.max(depth, Number(match[1]) + 1);
  }
  return Math.min(depth, maxBlocks);
}

/** Holds the names of a DiT or DyDiT in the official layout against what the layout asks for. */
export function auditDit(tensors: TensorMap): KeyAudit {
  const depth = countDitBlocks(tensors.keys());
  const dynamic = [...tensors.keys()].some((name) => /^blocks\.\d+\.(attn|mlp)_rate\./.test(name));
  const wanted = new Set<string>([classTable]);
  const want = (layer: string) => dense.forEach((kind) => wanted.add(`${layer}.${kind}`));
  outerLayers.forEach(want);
  // A model without any block lacks the first.
  for (let block = 0; block < Math.max(depth, 1); block++) {
    for (const layer of [...blockLayers, ...(dynamic ? routers : [])]) {
      want(`blocks.${block}.${layer}`);
    }
  }
  return compare(tensors, wanted, (name) => optional.has(name), trainingOnly);
}

/** Sorts what is there and what is not. */
export function compare(
  tensors: TensorMap,
  wanted: ReadonlySet<string>,
  isOptional: (name: string) => boolean,
  isHarmless: RegExp,
): KeyAudit {
  const extra = [...tensors.keys()].filter((name) => !wanted.has(name) && !isOptional(name));
  return {
    missing: [...wanted].filter((name) => !tensors.has(name)),
    unused: extra.filter((name) => !isHarmless.test(name)),
    harmless: extra.filter((name) => isHarmless.test(name)),
  };
}

/** True for a name that a DiT or DyDiT in the official layout has. */
export function isDitKey(name: string): boolean {
  return optional.has(name) || name === classTable || ditPattern.test(name);
}

/** True for a name that hardly any other network has. */
export function isTellingDitKey(name: string): boolean {
  return /^(t_embedder\.mlp\.|x_embedder\.proj\.|y_embedder\.embedding_table\.|final_layer\.(linear|adaLN)|blocks\.\d+\.(adaLN_modulation|attn_rate|mlp_rate|token_selection)\.)/.test(
    name,
  );
}

const escaped = (layers: readonly string[]) => layers.join('|').replaceAll('.', '\\.');
const ditPattern = new RegExp(
  `^(blocks\\.\\d+\\.(${escaped([...blockLayers, ...routers])})|${escaped(outerLayers)})\\.(weight|bias)$`,
);
