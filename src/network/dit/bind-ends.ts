import type { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { BoundKernel, Kernel, UniformBuffer } from '../../backend/webgpu/gpu/kernel';
import type { KernelLibrary } from '../../backend/webgpu/kernels/library';
import type { DitConfig } from '../config';
import { bindLinear, type LinearContext } from './bind-linear';
import { tokenCount } from './cost';
import type { RunBuffers } from './run-buffers';
import { paddedLength } from './weight-layout';
import type { DitWeights } from './weights';

/** The kernels before the first block and after the last, bound. */
export interface BoundEnds {
  readonly patchEmbed: BoundKernel;
  readonly conditioning: BoundKernel;
  readonly adaLN: BoundKernel;
  readonly norm: BoundKernel;
  readonly linear: BoundKernel;
  readonly unpatchify: BoundKernel;
}

/** The uniform that says which evaluation is at work; `table_base` and `evaluation`. */
export async function createStep(
  library: KernelLibrary,
  arena: BufferArena,
): Promise<UniformBuffer> {
  const conditioning: Kernel = await library.plain('conditioning');
  return arena.adopt(conditioning.createUniform('Dit', 'step'));
}

/**
 * @param latent (images, C, S, S)
 * @param temb (evaluations, D)
 */
export async function bindEnds(
  library: KernelLibrary,
  config: DitConfig,
  arena: BufferArena,
  context: LinearContext,
  buffers: RunBuffers,
  weights: DitWeights,
  inputs: { readonly latent: GPUBuffer; readonly temb: GPUBuffer },
  items: number,
  images: number,
): Promise<BoundEnds> {
  const own = (kernel: BoundKernel) => arena.adopt(kernel);
  const { patchEmbed, finalAdaLN, finalLinear, classTable, styleTable } = weights;
  const { x, normed, condition, modulation, patches, prediction, labels } = buffers;
  const width = config.hiddenSize / 4;
  const outChannels = (config.learnSigma ? 2 : 1) * config.inChannels;
  return {
    patchEmbed: own(
      (await library.patchEmbed(patchEmbed.storage)).bind(
        'Dit.patchEmbed',
        {
          x: inputs.latent,
          weight: patchEmbed.weight,
          bias: patchEmbed.bias,
          pos_embed: weights.posEmbed,
          y: x,
        },
        {
          dims: {
            items,
            images,
            channels: config.inChannels,
            side: config.inputSize,
            patch_size: config.patchSize,
            width,
          },
        },
      ),
    ),
    conditioning: own(
      (await library.plain('conditioning')).bind(
        'Dit.conditioning',
        {
          step: context.step.buffer,
          temb: inputs.temb,
          class_table: classTable,
          style_table: styleTable,
          labels,
          y: condition,
        },
        { dims: { items, width } },
      ),
    ),
    adaLN: own(
      bindLinear(
        await library.linear(finalAdaLN.storage, 'none'),
        'FinalLayer.adaLN',
        context,
        finalAdaLN,
        { x: condition, y: modulation, rows: buffers.allItems },
      ),
    ),
    norm: own(
      (await library.plain('layerNormModulate')).bind(
        'FinalLayer.norm',
        { x, modulation, rows: buffers.allTokens, y: normed },
        {
          dims: { width, tokens: tokenCount(config), stride: 2 * width, shift: 0, scale: width },
        },
      ),
    ),
    linear: own(
      bindLinear(
        await library.linear(finalLinear.storage, 'none'),
        'FinalLayer.linear',
        context,
        finalLinear,
        { x: normed, y: patches, rows: buffers.allTokens },
      ),
    ),
    unpatchify: own(
      (await library.plain('unpatchify')).bind(
        'FinalLayer.unpatchify',
        { x: patches, y: prediction },
        {
          dims: {
            items,
            channels: outChannels,
            side: config.inputSize,
            patch_size: config.patchSize,
            stride: paddedLength(finalLinear.n),
          },
        },
      ),
    ),
  };
}
