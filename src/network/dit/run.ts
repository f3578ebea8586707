import { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { UniformBuffer } from '../../backend/webgpu/gpu/kernel';
import {
  normTileRows,
  type KernelLibrary,
  type LinearVariant,
} from '../../backend/webgpu/kernels/library';
import type { DitConfig } from '../config';
import { bindBlock, type BoundBlock } from './bind-block';
import { bindEnds, createStep, type BoundEnds } from './bind-ends';
import { linearGrid } from './bind-linear';
import { tokenCount } from './cost';
import { createRunBuffers, gridBytes, type RunBuffers } from './run-buffers';
import { conditionOnTime } from './time-conditioning';
import { paddedGroup, paddedLength } from './weight-layout';
import type { DitWeights } from './weights';
import { tableStride, WidthTable } from './width-table';

/** Class and style of one image; leave the style out for the null style. */
export interface Label {
  readonly classId: number;
  readonly styleId?: number;
}

/** What a run of the network is for; everything is fixed before its first evaluation. */
export interface DitRunOptions {
  /** Latents (images, C, S, S) that the network reads at every evaluation. */
  readonly latent: GPUBuffer;
  /** One label an image. */
  readonly labels: readonly Label[];
  /** Doubles the batch: the same images again, with the null class and style. */
  readonly guided: boolean;
  /** Timestep of every evaluation, as the network receives it. */
  readonly networkTimes: readonly number[];
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
}

/**
 * The network bound to one batch: `encode` puts an evaluation into a command buffer without
 * allocating anything. Dynamic width reads only active heads and groups; dynamic tokens pack the
 * kept tokens of all items and run the MLP on those, without asking the CPU.
 */
export class DitRun {
  private constructor(
    readonly config: DitConfig,
    /** B: images, twice that under guidance. */
    readonly items: number,
    readonly width: WidthTable,
    /** Whether the run asks the token routers. */
    readonly dynamicTokens: boolean,
    private readonly weights: DitWeights,
    private readonly arena: BufferArena,
    private readonly variant: LinearVariant,
    private readonly step: UniformBuffer,
    private readonly buffers: RunBuffers,
    private readonly blocks: readonly BoundBlock[],
    private readonly ends: BoundEnds,
  ) {}

  /**
   * Allocates, binds, and asks the width routers for all timesteps.
   * @throws DyditError `limit-too-small` where the batch does not fit the adapter
   */
  static async prepare(
    library: KernelLibrary,
    config: DitConfig,
    weights: DitWeights,
    options: DitRunOptions,
  ): Promise<DitRun> {
    const { gpu } = library;
    const arena = new BufferArena(gpu, 'DitRun');
    try {
      const { networkTimes } = options;
      const labels = labelRows(config, options);
      const items = labels.length / 2;
      const dynamicWidth = options.dynamicWidth && config.dynamic;
      const dynamicTokens = options.dynamicTokens && config.dynamic;
      const buffers = createRunBuffers(arena, config, weights, labels);
      const step = await createStep(library, arena);
      // Everything active; the routers' answer replaces it before the first evaluation.
      const open = new WidthTable(config, networkTimes.length);
      const context = { step, widthTable: arena.upload('widthTable', open.words) };
      step.write({ table_base: 0, evaluation: 0 });
      const { temb, logits } = await conditionOnTime(
        library,
        config,
        weights,
        arena,
        context,
        networkTimes,
        dynamicWidth,
      );
      const width = logits ? new WidthTable(config, networkTimes.length, logits) : open;
      arena.write(context.widthTable, width.words);
      const blocks: BoundBlock[] = [];
      for (const [layer, block] of weights.blocks.entries()) {
        blocks.push(
          await bindBlock(
            library,
            config,
            arena,
            context,
            buffers,
            block,
            layer,
            items,
            dynamicTokens,
          ),
        );
      }
      const ends = await bindEnds(
        library,
        config,
        arena,
        context,
        buffers,
        weights,
        { latent: options.latent, temb },
        items,
        options.labels.length,
      );
      return new DitRun(
        config,
        items,
        width,
        dynamicTokens,
        weights,
        arena,
        library.linearVariant,
        step,
        buffers,
        blocks,
        ends,
      );
    } catch (error) {
      arena.destroy();
      throw error;
    }
  }

  /** Raw output of the last evaluation, (B, Cout, S, S), conditional half first. */
  get prediction(): GPUBuffer {
    return this.buffers.prediction;
  }

  /** Token gates of the last evaluation, (L, B*N) u32 of 0 or 1; written with dynamic tokens only. */
  get kept(): GPUBuffer {
    return this.buffers.kept;
  }

  /** Chooses the evaluation for everything submitted after this call. */
  select(evaluation: number): void {
    this.step.write({ table_base: evaluation * tableStride(this.config), evaluation });
  }

  /** Encodes the whole network for evaluation `evaluation`, which `select` must have chosen. */
  encode(pass: GPUComputePassEncoder, evaluation: number): void {
    const { config, items, variant, ends } = this;
    const tokens = tokenCount(config);
    const rows = items * tokens;
    const width = config.hiddenSize;
    ends.patchEmbed.dispatch(pass, Math.ceil(width / 4 / 64), tokens, items); // x (B*N, D)
    ends.conditioning.dispatch(pass, Math.ceil(width / 4 / 64), items); // condition (B, D)
    for (const [layer, block] of this.blocks.entries()) {
      this.#encodeBlock(pass, block, layer, evaluation);
    }
    ends.adaLN.dispatch(pass, ...linearGrid(variant, items, 2 * width)); // modulation (B, 2D)
    ends.norm.dispatch(pass, Math.ceil(rows / normTileRows)); // normed (B*N, D)
    const patchColumns = paddedLength(this.weights.finalLinear.n);
    ends.linear.dispatch(pass, ...linearGrid(variant, rows, patchColumns)); // patches (B*N, P*P*Cout)
    const outChannels = (config.learnSigma ? 2 : 1) * config.inChannels;
    const pixelGroups = Math.ceil(config.inputSize ** 2 / 64);
    ends.unpatchify.dispatch(pass, pixelGroups, outChannels, items); // prediction (B, Cout, S, S)
  }

  #encodeBlock(
    pass: GPUComputePassEncoder,
    block: BoundBlock,
    layer: number,
    evaluation: number,
  ): void {
    const { config, items, variant } = this;
    const weights = this.weights.blocks[layer];
    const tokens = tokenCount(config);
    const rows = items * tokens;
    const width = config.hiddenSize;
    const { heads, groups } = this.width.at(evaluation, layer);
    const qkvColumns = 3 * heads * paddedGroup(weights.qkv.n);
    const hiddenColumns = groups * paddedGroup(weights.fc1.n);

    block.adaLN.dispatch(pass, ...linearGrid(variant, items, 6 * width)); // modulation (B, 6D)
    block.norm1.dispatch(pass, Math.ceil(rows / normTileRows)); // normed (B*N, D)
    block.qkv.dispatch(pass, ...linearGrid(variant, rows, qkvColumns)); // qkv (B*N, 3, heads, E)
    block.attention.dispatch(pass, Math.ceil(tokens / 64), heads, items); // attended (B*N, heads, E)
    block.proj.dispatch(pass, ...linearGrid(variant, rows, width)); // x += gate1 * (B*N, D)
    if (block.tokens) {
      const { grids } = this.buffers;
      block.tokens.router.dispatch(pass, Math.ceil(rows / 4)); // kept (B*N)
      block.tokens.compact.dispatch(pass, 1); // keptRows (1 + kept), grids
      block.norm2.dispatchIndirect(pass, grids, 0); // normed (kept, D)
      block.fc1.dispatchIndirect(pass, grids, gridBytes); // hidden (kept, groups, G)
      block.fc2.dispatchIndirect(pass, grids, 2 * gridBytes); // x[kept] += gate2 * (kept, D)
    } else {
      block.norm2.dispatch(pass, Math.ceil(rows / normTileRows)); // normed (B*N, D)
      block.fc1.dispatch(pass, ...linearGrid(variant, rows, hiddenColumns)); // hidden (B*N, groups, G)
      block.fc2.dispatch(pass, ...linearGrid(variant, rows, width)); // x += gate2 * (B*N, D)
    }
  }

  /** Frees the run's buffers; the weights and the latent stay. */
  destroy(): void {
    this.arena.destroy();
  }
}

/** (B, 2) class and style rows, the unconditional half last. */
function labelRows(config: DitConfig, options: DitRunOptions): Uint32Array<ArrayBuffer> {
  const { numClasses, numStyles } = config;
  const conditional = options.labels.flatMap(({ classId, styleId }) => [
    classId,
    styleId ?? numStyles,
  ]);
  const unconditional = options.labels.flatMap(() => [numClasses, numStyles]);
  return Uint32Array.from(options.guided ? [...conditional, ...unconditional] : conditional);
}
