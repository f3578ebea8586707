import { paddedChannels } from '../../backend/webgpu/kernels/conv';
import type { VaeConfig } from '../config';

/** Pictures have three channels: red, green, blue. */
export const pictureChannels = 3;

/** A picture of activations (side, side, channels) in one of the decoder's buffers. */
export interface Feature {
  readonly slot: number;
  readonly side: number;
  readonly channels: number;
}

interface Layer {
  /** Prefix of its keys in the state dict. */
  readonly key: string;
  readonly x: Feature;
  readonly y: Feature;
}

export interface ConvOperation extends Layer {
  readonly kind: 'conv';
  /** Side of the kernel. */
  readonly size: 1 | 3;
  /** Doubles x before the convolution. */
  readonly upsample: boolean;
  readonly residual?: Feature;
}

export interface NormOperation extends Layer {
  readonly kind: 'norm';
  readonly silu: boolean;
}

/** Query, key and value of the mid-block attention as one 1x1 convolution to 3C channels. */
export interface QkvOperation extends Layer {
  readonly kind: 'qkv';
}

/** x holds qkv. */
export interface AttentionOperation extends Layer {
  readonly kind: 'attention';
}

export type Operation = ConvOperation | NormOperation | QkvOperation | AttentionOperation;

/** The decoder for one latent size as a list of operations on a few buffers that are used again. */
export interface DecoderPlan {
  /** Where the latent (S, S, C) is put. */
  readonly latent: Feature;
  /** Where the picture (8S, 8S, 3) ends up. */
  readonly image: Feature;
  readonly operations: readonly Operation[];
  /** Floats that each buffer must hold. */
  readonly slotFloats: readonly number[];
}

/** Hands out buffers by lifetime; a buffer grows to the largest picture ever put into it. */
class Slots {
  readonly floats: number[] = [];
  readonly #free = new Set<number>();

  take(side: number, channels: number, paddedTo = paddedChannels(channels)): Feature {
    const need = side ** 2 * paddedTo;
    const growth = (slot: number): number => Math.max(0, need - this.floats[slot]);
    const candidates = [...this.#free].sort(
      (a, b) => growth(a) - growth(b) || this.floats[a] - this.floats[b],
    );
    const slot = candidates.length > 0 ? candidates[0] : this.floats.push(0) - 1;
    this.#free.delete(slot);
    this.floats[slot] = Math.max(this.floats[slot], need);
    return { slot, side, channels };
  }

  release(feature: Feature): void {
    this.#free.add(feature.slot);
  }
}

interface ConvExtras {
  readonly upsample?: boolean;
  readonly residual?: Feature;
}

class Planner {
  readonly operations: Operation[] = [];
  readonly slots = new Slots();

  /** Leaves x alive. */
  conv(key: string, x: Feature, channels: number, size: 1 | 3, more: ConvExtras = {}): Feature {
    const { upsample = false, residual } = more;
    const y = this.slots.take(upsample ? 2 * x.side : x.side, channels);
    this.operations.push({ kind: 'conv', key, x, y, size, upsample, residual });
    return y;
  }

  /** Leaves x alive. */
  norm(key: string, x: Feature, silu: boolean): Feature {
    const y = this.slots.take(x.side, x.channels);
    this.operations.push({ kind: 'norm', key, x, y, silu });
    return y;
  }

  /** y = shortcut(x) + conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))); x is used up. */
  resnet(key: string, x: Feature, channels: number): Feature {
    const normed1 = this.norm(`${key}.norm1`, x, true);
    const hidden = this.conv(`${key}.conv1`, normed1, channels, 3);
    this.slots.release(normed1);
    const normed2 = this.norm(`${key}.norm2`, hidden, true);
    this.slots.release(hidden);
    let residual = x;
    if (x.channels !== channels) {
      residual = this.conv(`${key}.conv_shortcut`, x, channels, 1);
      this.slots.release(x);
    }
    const y = this.conv(`${key}.conv2`, normed2, channels, 3, { residual });
    this.slots.release(normed2);
    this.slots.release(residual);
    return y;
  }

  /** y = x + to_out(attention(norm(x))) with a single head; x is used up. */
  attention(key: string, x: Feature): Feature {
    const { side, channels } = x;
    const normed = this.norm(`${key}.group_norm`, x, false);
    const qkv = this.slots.take(side, 3 * channels, 3 * paddedChannels(channels));
    this.operations.push({ kind: 'qkv', key, x: normed, y: qkv });
    this.slots.release(normed);
    const attended = this.slots.take(side, channels);
    this.operations.push({ kind: 'attention', key, x: qkv, y: attended });
    this.slots.release(qkv);
    const y = this.conv(`${key}.to_out.0`, attended, channels, 1, { residual: x });
    this.slots.release(attended);
    this.slots.release(x);
    return y;
  }
}

/**
 * Lays out AutoencoderKL's decoder: every layer once, in the order of the forward pass.
 * @param latentSide S
 * @param postQuantConv whether the checkpoint has `post_quant_conv`
 */
export function planDecoder(
  config: VaeConfig,
  latentSide: number,
  postQuantConv: boolean,
): DecoderPlan {
  const plan = new Planner();
  const { slots, operations } = plan;
  const levels = [...config.blockOutChannels].reverse();
  const latent = slots.take(latentSide, config.latentChannels);
  let x = latent; // (S, S, C)
  const next = (y: Feature): void => {
    slots.release(x);
    x = y;
  };
  if (postQuantConv) next(plan.conv('post_quant_conv', x, config.latentChannels, 1));
  next(plan.conv('decoder.conv_in', x, levels[0], 3));
  x = plan.resnet('decoder.mid_block.resnets.0', x, levels[0]);
  if (config.midBlockAddAttention) x = plan.attention('decoder.mid_block.attentions.0', x);
  x = plan.resnet('decoder.mid_block.resnets.1', x, levels[0]);
  for (const [level, channels] of levels.entries()) {
    const key = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layersPerBlock; i++) {
      x = plan.resnet(`${key}.resnets.${i}`, x, channels);
    }
    if (level + 1 < levels.length) {
      next(plan.conv(`${key}.upsamplers.0.conv`, x, channels, 3, { upsample: true }));
    }
  }
  next(plan.norm('decoder.conv_norm_out', x, true));
  next(plan.conv('decoder.conv_out', x, pictureChannels, 3));
  return { latent, image: x, operations, slotFloats: slots.floats };
}

/** Multiply-adds of one operation; those of norms are left out. */
export function operationCost(operation: Operation): number {
  const { x, y } = operation;
  switch (operation.kind) {
    case 'conv':
      return y.side ** 2 * operation.size ** 2 * x.channels * y.channels;
    case 'qkv':
      return y.side ** 2 * x.channels * y.channels;
    case 'attention':
      return 2 * y.side ** 4 * y.channels;
    case 'norm':
      return 0;
  }
}

/** Multiply-adds of decoding one latent of S x S; those of norms are left out. */
export function multiplyAdds(config: VaeConfig, latentSide: number): number {
  const { operations } = planDecoder(config, latentSide, true);
  return operations.reduce((sum, operation) => sum + operationCost(operation), 0);
}
