import type { CheckpointTensor, TensorMap } from '../tensor';
import { renamed, shared, stacked } from './derived-tensor';

/**
 * diffusers' DiTTransformer2DModel under the official names. The order of shift, scale and gate is
 * the same in both; query, key and value are stacked; of the embedders, which diffusers keeps in
 * every block, one is left.
 */
const renames: readonly (readonly [RegExp, string])[] = [
  [/^pos_embed\.pos_embed$/, 'pos_embed'],
  [/^pos_embed\.proj\./, 'x_embedder.proj.'],
  [/^transformer_blocks\.(\d+)\.norm1\.linear\./, 'blocks.$1.adaLN_modulation.1.'],
  [/^transformer_blocks\.(\d+)\.attn1\.to_out\.0\./, 'blocks.$1.attn.proj.'],
  [/^transformer_blocks\.(\d+)\.ff\.net\.0\.proj\./, 'blocks.$1.mlp.fc1.'],
  [/^transformer_blocks\.(\d+)\.ff\.net\.2\./, 'blocks.$1.mlp.fc2.'],
  [/^proj_out_1\./, 'final_layer.adaLN_modulation.1.'],
  [/^proj_out_2\./, 'final_layer.linear.'],
  [/^transformer_blocks\./, 'blocks.'],
];
const attention = /^(transformer_blocks\.\d+)\.attn1\.to_([qkv])\.(weight|bias)$/;
const letters = ['q', 'k', 'v'] as const;
const embedder =
  /^transformer_blocks\.\d+\.norm1\.emb\.(timestep_embedder|class_embedder)\.(.+)\.(weight|bias)$/;
const embedderNames: ReadonlyMap<string, string> = new Map([
  ['linear_1', 't_embedder.mlp.0'],
  ['linear_2', 't_embedder.mlp.2'],
  ['embedding_table', 'y_embedder.embedding_table'],
]);

/**
 * @param tensors keys of diffusers' DiT, or some of them
 * @returns the same weights under the official names; what has none keeps its own
 * @throws DyditError `checkpoint-unsupported` where query, key and value do not fit together
 */
export function fromDiffusersDit(tensors: TensorMap): TensorMap {
  const official = new Map<string, CheckpointTensor>();
  const copies = new Map<string, CheckpointTensor[]>();
  for (const [key, tensor] of tensors) {
    const name = embedderName(key);
    const projection = attention.exec(key);
    if (name !== undefined) {
      const known = copies.get(name);
      if (known) known.push(tensor);
      else copies.set(name, [tensor]);
    } else if (projection && isWhole(tensors, projection)) {
      const [, block, letter, kind] = projection;
      if (letter === 'q') stackAttention(tensors, official, `${block}.attn1`, kind);
    } else {
      const to = officialName(key);
      official.set(to, renamed(to, tensor));
    }
  }
  for (const [name, each] of copies) official.set(name, shared(name, each));
  return official;
}

/** Whether query, key and value are all there; where not, each keeps its own name. */
function isWhole(tensors: TensorMap, [, block, , kind]: RegExpExecArray): boolean {
  return letters.every((letter) => tensors.has(`${block}.attn1.to_${letter}.${kind}`));
}

function stackAttention(
  tensors: TensorMap,
  official: Map<string, CheckpointTensor>,
  from: string,
  kind: string,
): void {
  const parts = letters.flatMap((letter) => tensors.get(`${from}.to_${letter}.${kind}`) ?? []);
  const name = `${from.replace('transformer_blocks', 'blocks').replace(/1$/, '')}.qkv.${kind}`;
  official.set(name, stacked(name, parts));
}

function embedderName(key: string): string | undefined {
  const match = embedder.exec(key);
  const name = match ? embedderNames.get(match[2]) : undefined;
  return match && name !== undefined ? `${name}.${match[3]}` : undefined;
}

function officialName(key: string): string {
  for (const [pattern, name] of renames) {
    if (pattern.test(key)) return key.replace(pattern, name);
  }
  return key;
}
