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
const query = /^(transformer_blocks\.\d+)\.attn1\.to_q\.(weight|bias)$/;
const keyOrValue = /^transformer_blocks\.\d+\.attn1\.to_[kv]\./;
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
    const fused = query.exec(key);
    if (name !== undefined) {
      copies.set(name, [...(copies.get(name) ?? []), tensor]);
    } else if (fused) {
      const [, block, kind] = fused;
      stackAttention(tensors, official, `${block}.attn1`, kind);
    } else if (!keyOrValue.test(key)) {
      const to = officialName(key);
      official.set(to, renamed(to, tensor));
    }
  }
  for (const [name, each] of copies) official.set(name, shared(name, each));
  return official;
}

function stackAttention(
  tensors: TensorMap,
  official: Map<string, CheckpointTensor>,
  attention: string,
  kind: string,
): void {
  const parts = ['q', 'k', 'v'].map((letter) => tensors.get(`${attention}.to_${letter}.${kind}`));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return;
  const name = `${attention.replace('transformer_blocks', 'blocks').replace(/1$/, '')}.qkv.${kind}`;
  official.set(name, stacked(name, known));
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
