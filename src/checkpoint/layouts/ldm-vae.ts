import type { CheckpointTensor, TensorMap } from '../tensor';
import { renamed, reshaped } from './derived-tensor';

/**
 * The autoencoder of the latent diffusion code (and of Stable Diffusion's original files) under the
 * names of diffusers' AutoencoderKL. LDM counts the decoder's levels from the highest resolution,
 * diffusers from the lowest; LDM's attention is made of 1 x 1 convolutions, diffusers' of linear
 * layers.
 */
const renames: readonly (readonly [RegExp, string])[] = [
  [/\.norm_out\./, '.conv_norm_out.'],
  [/\.mid\.block_(\d+)\./, '.mid_block.resnets.$1.'],
  [/\.mid\.attn_1\.norm\./, '.mid_block.attentions.0.group_norm.'],
  [/\.mid\.attn_1\.([qkv])\./, '.mid_block.attentions.0.to_$1.'],
  [/\.mid\.attn_1\.proj_out\./, '.mid_block.attentions.0.to_out.0.'],
  [/\.down\.(\d+)\.downsample\./, '.down_blocks.$1.downsamplers.0.'],
  [/\.down\.(\d+)\.block\./, '.down_blocks.$1.resnets.'],
  [/\.up\.(\d+)\.upsample\./, '.up_blocks.$1.upsamplers.0.'],
  [/\.up\.(\d+)\.block\./, '.up_blocks.$1.resnets.'],
  [/\.nin_shortcut\./, '.conv_shortcut.'],
];
const attention = /\.mid\.attn_1\.(q|k|v|proj_out)\.weight$/;

/**
 * @param tensors keys of LDM's autoencoder, or some of them
 * @returns the same weights under diffusers' names; what has none keeps its own
 */
export function fromLdmVae(tensors: TensorMap): TensorMap {
  const levels = countLevels(tensors.keys());
  const converted = new Map<string, CheckpointTensor>();
  for (const [key, tensor] of tensors) {
    const name = diffusersName(key, levels);
    const [rows, columns, ...kernel] = tensor.shape;
    const linear = attention.test(key) && kernel.join() === '1,1';
    converted.set(name, linear ? reshaped(name, tensor, [rows, columns]) : renamed(name, tensor));
  }
  return converted;
}

/** True for names that LDM has and diffusers has not. */
export function isLdmVaeKey(key: string): boolean {
  return /^(de|en)coder\.(mid\.|up\.|down\.|norm_out\.)/.test(key);
}

function countLevels(keys: Iterable<string>): number {
  let levels = 0;
  for (const key of keys) {
    const match = /^decoder\.up\.(\d{1,4})\./.exec(key);
    if (match) levels = Math.max(levels, Number(match[1]) + 1);
  }
  return levels;
}

function diffusersName(key: string, levels: number): string {
  let name = key;
  for (const [pattern, replacement] of renames) name = name.replace(pattern, replacement);
  return name
    .replace(
      /\.mid_block\.resnets\.(\d+)\./,
      (_, block) => `.mid_block.resnets.${Number(block) - 1}.`,
    )
    .replace(
      /^decoder\.up_blocks\.(\d+)\./,
      (_, level) => `decoder.up_blocks.${levels - 1 - Number(level)}.`,
    );
}
