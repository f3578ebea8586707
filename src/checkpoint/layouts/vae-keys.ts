import type { TensorMap } from '../tensor';
import { compare, type KeyAudit } from './dit-keys';

const maxLevels = 16;
const maxLayers = 64;

/** diffusers' names of an attention before version 0.17. */
const oldAttention: ReadonlyMap<string, string> = new Map([
  ['to_q', 'query'],
  ['to_k', 'key'],
  ['to_v', 'value'],
  ['to_out.0', 'proj_attn'],
]);

/** The encoder, losses of its training, counters: no picture is decoded with what is no decoder. */
const notDecoded = /^(?!decoder\.|post_quant_conv\.)|\.num_batches_tracked$/;

/** Holds the names of an AutoencoderKL in diffusers' layout against what its decoder asks for. */
export function auditVae(tensors: TensorMap): KeyAudit {
  const wanted = new Set<string>();
  const want = (layer: string) =>
    ['weight', 'bias'].forEach((kind) => wanted.add(`${layer}.${kind}`));
  for (const layer of ['conv_in', 'conv_norm_out', 'conv_out']) want(`decoder.${layer}`);
  const resnet = (name: string) => {
    for (const layer of ['norm1', 'conv1', 'norm2', 'conv2']) want(`${name}.${layer}`);
  };
  resnet('decoder.mid_block.resnets.0');
  resnet('decoder.mid_block.resnets.1');
  const attention = 'decoder.mid_block.attentions.0';
  if ([...tensors.keys()].some((name) => name.startsWith(attention))) {
    want(`${attention}.group_norm`);
    for (const [layer, old] of oldAttention) {
      want(`${attention}.${tensors.has(`${attention}.${old}.weight`) ? old : layer}`);
    }
  }
  const levels = highest(tensors, /^decoder\.up_blocks\.(\d{1,2})\./, maxLevels);
  for (let level = 0; level < Math.max(levels, 1); level++) {
    const block = `decoder.up_blocks.${level}`;
    const layers = highest(tensors, resnetOf(level), maxLayers);
    for (let layer = 0; layer < Math.max(layers, 1); layer++) resnet(`${block}.resnets.${layer}`);
    if (level < levels - 1) want(`${block}.upsamplers.0.conv`);
  }
  return compare(tensors, wanted, isOptional, notDecoded);
}

function isOptional(name: string): boolean {
  return /^post_quant_conv\.(weight|bias)$|^decoder\.up_blocks\.\d+\.resnets\.\d+\.conv_shortcut\.(weight|bias)$/.test(
    name,
  );
}

/** One more than the highest number that a name has in the pattern's group. */
function highest(tensors: TensorMap, pattern: RegExp, limit: number): number {
  let count = 0;
  for (const name of tensors.keys()) {
    const match = pattern.exec(name);
    if (match) count = Math.max(count, Number(match[1]) + 1);
  }
  return Math.min(count, limit);
}

function resnetOf(level: number): RegExp {
  return new RegExp(`^decoder\\.up_blocks\\.${level}\\.resnets\\.(\\d{1,2})\\.`);
}
