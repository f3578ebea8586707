import attention from '../../../../shaders/attention.wgsl?raw';
import cleanEstimate from '../../../../shaders/clean_estimate.wgsl?raw';
import compactTokens from '../../../../shaders/compact_tokens.wgsl?raw';
import conditioning from '../../../../shaders/conditioning.wgsl?raw';
import conv1x1 from '../../../../shaders/conv1x1.wgsl?raw';
import conv3x3 from '../../../../shaders/conv3x3.wgsl?raw';
import groupNormApply from '../../../../shaders/group_norm_apply.wgsl?raw';
import groupNormChunks from '../../../../shaders/group_norm_chunks.wgsl?raw';
import groupNormMerge from '../../../../shaders/group_norm_merge.wgsl?raw';
import guidance from '../../../../shaders/guidance.wgsl?raw';
import latentToNhwc from '../../../../shaders/latent_to_nhwc.wgsl?raw';
import layerNormModulate from '../../../../shaders/layer_norm_modulate.wgsl?raw';
import linearGatedScatter from '../../../../shaders/lib/linear_gated_scatter.wgsl?raw';
import linearOperands from '../../../../shaders/lib/linear_operands.wgsl?raw';
import linearStore from '../../../../shaders/lib/linear_store.wgsl?raw';
import workgroupSum from '../../../../shaders/lib/workgroup_sum.wgsl?raw';
import weightF16 from '../../../../shaders/lib/weight_f16.wgsl?raw';
import weightF16Packed from '../../../../shaders/lib/weight_f16_packed.wgsl?raw';
import weightF32 from '../../../../shaders/lib/weight_f32.wgsl?raw';
import linearNaive from '../../../../shaders/linear_naive.wgsl?raw';
import linearRegister from '../../../../shaders/linear_register.wgsl?raw';
import linearTiled from '../../../../shaders/linear_tiled.wgsl?raw';
import patchEmbed from '../../../../shaders/patch_embed.wgsl?raw';
import picture from '../../../../shaders/picture.wgsl?raw';
import samplerUpdate from '../../../../shaders/sampler_update.wgsl?raw';
import tokenRouter from '../../../../shaders/token_router.wgsl?raw';
import unpatchify from '../../../../shaders/unpatchify.wgsl?raw';
import wideAttention from '../../../../shaders/wide_attention.wgsl?raw';
import { Kernel, type Overrides } from '../gpu/kernel';
import type { Gpu } from '../gpu/device';

/** How weights lie in GPU memory: f32, f16 read with shader-f16, or f16 pairs read without. */
export type WeightStorage = 'f32' | 'f16' | 'f16-packed';

const weightLibraries: Readonly<Record<WeightStorage, string>> = {
  f32: weightF32,
  f16: weightF16,
  'f16-packed': weightF16Packed,
};

/** Ways to walk a matrix product; all give the same bits. */
export const linearVariants = {
  naive: { source: linearNaive, tileRows: 8, tileColumns: 8 },
  register: { source: linearRegister, tileRows: 64, tileColumns: 16 },
  tiled: { source: linearTiled, tileRows: 64, tileColumns: 16 },
} as const;

export type LinearVariant = keyof typeof linearVariants;

/** Rows a workgroup of layer_norm_modulate.wgsl makes. */
export const normTileRows = 4;

/** Function applied to the output of a linear layer; the numbers are those of linear_store.wgsl. */
export const activations = { none: 0, gelu: 1, silu: 2 } as const;

export type Activation = keyof typeof activations;

const plainKernels = {
  attention: [attention],
  cleanEstimate: [cleanEstimate],
  compactTokens: [compactTokens],
  conditioning: [conditioning],
  groupNormApply: [groupNormApply],
  groupNormChunks: [groupNormChunks],
  groupNormMerge: [workgroupSum, groupNormMerge],
  guidance: [guidance],
  latentToNhwc: [latentToNhwc],
  layerNormModulate: [layerNormModulate],
  picture: [picture],
  samplerUpdate: [samplerUpdate],
  tokenRouter: [tokenRouter],
  unpatchify: [unpatchify],
  wideAttention: [wideAttention],
} as const;

export type PlainKernelName = keyof typeof plainKernels;

/**
 * Composes and compiles the shaders of one device, each variant once.
 * This is the only place where WGSL files are put together.
 */
export class KernelLibrary {
  readonly #compiled = new Map<string, Promise<Kernel>>();
  /** Chosen by measurement (see `tune.ts`); the register tile is the one that works everywhere. */
  linearVariant: LinearVariant = 'register';
  /** Measured throughput of that variant, two flops a multiply-add; the guess before is low. */
  linearGflops = 1;

  constructor(readonly gpu: Gpu) {}

  /** Storage for weights that the checkpoint has in f16. */
  get halfStorage(): WeightStorage {
    return this.gpu.features.f16 ? 'f16' : 'f16-packed';
  }

  /** A kernel without variants. */
  plain(name: PlainKernelName, overrides: Overrides = {}): Promise<Kernel> {
    return this.#compile(name, plainKernels[name], overrides);
  }

  /** y = activation(x w + b), dense or packed rows, active columns. */
  linear(
    storage: WeightStorage,
    activation: Activation,
    variant: LinearVariant = this.linearVariant,
  ): Promise<Kernel> {
    return this.#compile(
      `linear.${variant}.${storage}.store`,
      [weightLibraries[storage], linearOperands, linearStore, linearVariants[variant].source],
      { ACTIVATION: activations[activation] },
    );
  }

  /** y[token] += gate * (x w + b): the end of a residual branch. */
  linearGatedScatter(
    storage: WeightStorage,
    variant: LinearVariant = this.linearVariant,
  ): Promise<Kernel> {
    return this.#compile(`linear.${variant}.${storage}.gatedScatter`, [
      weightLibraries[storage],
      linearOperands,
      linearGatedScatter,
      linearVariants[variant].source,
    ]);
  }

  patchEmbed(storage: WeightStorage): Promise<Kernel> {
    return this.#compile(`patchEmbed.${storage}`, [weightLibraries[storage], patchEmbed]);
  }

  /** 3x3 convolution, padding 1; see conv3x3.wgsl for the overrides. */
  conv3x3(storage: WeightStorage, overrides: Overrides): Promise<Kernel> {
    return this.#compile(`conv3x3.${storage}`, [weightLibraries[storage], conv3x3], overrides);
  }

  /** A linear layer over pixels; see conv1x1.wgsl for the overrides. */
  conv1x1(storage: WeightStorage, overrides: Overrides): Promise<Kernel> {
    return this.#compile(`conv1x1.${storage}`, [weightLibraries[storage], conv1x1], overrides);
  }

  #compile(label: string, parts: readonly string[], overrides: Overrides = {}): Promise<Kernel> {
    const key = `${label} ${JSON.stringify(overrides)}`;
    let kernel = this.#compiled.get(key);
    if (!kernel) {
      kernel = Kernel.compile(this.gpu, label, parts.join('\n'), overrides);
      this.#compiled.set(key, kernel);
    }
    return kernel;
  }
}
