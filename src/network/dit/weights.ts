import { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { KernelLibrary, WeightStorage } from '../../backend/webgpu/kernels/library';
import type { DitConfig } from '../config';
import type { TensorSource } from '../../checkpoint/tensor-source';
import { tokenCount } from './cost';
import { positionTable } from './position-table';
import { frequencyColumns } from './timestep-embedding';
import { paddedLength, padVector, transposeLinear, wholeAxis, type Axis } from './weight-layout';

/** A linear layer on the GPU: weight (K, N) as the kernels read it, bias (N). */
export interface LinearWeights {
  readonly weight: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly storage: WeightStorage;
  readonly n: Axis;
  readonly k: Axis;
}

/** The token router of a block; R hidden units. */
export interface TokenRouterWeights {
  /** (D, R) */
  readonly w1: GPUBuffer;
  /** (R) */
  readonly b1: GPUBuffer;
  /** (R + 1), the bias last. */
  readonly w2: GPUBuffer;
  readonly hidden: number;
}

export interface BlockWeights {
  readonly adaLN: LinearWeights;
  readonly qkv: LinearWeights;
  readonly proj: LinearWeights;
  readonly fc1: LinearWeights;
  readonly fc2: LinearWeights;
  /** Absent in a static DiT. */
  readonly tokenRouter?: TokenRouterWeights;
}

/** A whole DiT or DyDiT on the GPU. */
export interface DitWeights {
  readonly arena: BufferArena;
  readonly patchEmbed: LinearWeights;
  /** (N, D) */
  readonly posEmbed: GPUBuffer;
  readonly timeIn: LinearWeights;
  readonly timeOut: LinearWeights;
  /** (classes + 1, D) */
  readonly classTable: GPUBuffer;
  /** (styles + 1, D); one row of zeros without styles. */
  readonly styleTable: GPUBuffer;
  readonly blocks: readonly BlockWeights[];
  readonly finalAdaLN: LinearWeights;
  readonly finalLinear: LinearWeights;
  /** All head and group routers as one layer D -> 2L(H-1); absent in a static DiT. */
  readonly widthRouter?: LinearWeights;
}

/** Puts tensors of a checkpoint into GPU buffers. */
class WeightUploader {
  constructor(
    private readonly library: KernelLibrary,
    private readonly source: TensorSource,
    readonly arena: BufferArena,
  ) {}

  /**
   * @param name state-dict prefix of `.weight` and `.bias`
   * @param shape of the stored weight where it is not (N, K)
   */
  async linear(name: string, n: Axis, k: Axis, shape?: readonly number[]): Promise<LinearWeights> {
    const rows = n.groups * n.group;
    const stored = shape ?? [rows, k.groups * k.group];
    const length = paddedLength(n) * paddedLength(k);
    const key = `${name}.weight`;
    const half = this.source.isHalf(key);
    const values = half
      ? transposeLinear(await this.source.halfBits(key, stored), n, k, new Uint16Array(length))
      : transposeLinear(await this.source.float32(key, stored), n, k, new Float32Array(length));
    const bias = padVector(await this.source.float32(`${name}.bias`, [rows]), n);
    return {
      weight: this.arena.upload(key, values),
      bias: this.arena.upload(`${name}.bias`, bias),
      storage: half ? this.library.halfStorage : 'f32',
      n,
      k,
    };
  }

  async table(name: string, shape: readonly number[]): Promise<GPUBuffer> {
    return this.arena.upload(name, await this.source.float32(name, shape));
  }

  async tokenRouter(prefix: string, width: number): Promise<TokenRouterWeights> {
    const hidden = Math.floor(width / 16);
    const w1 = await this.source.float32(`${prefix}.0.weight`, [hidden, width]);
    const b1 = await this.source.float32(`${prefix}.0.bias`, [hidden]);
    const w2 = await this.source.float32(`${prefix}.2.weight`, [1, hidden]);
    const b2 = await this.source.float32(`${prefix}.2.bias`, [1]);
    const transposed = new Float32Array(w1.length);
    for (let unit = 0; unit < hidden; unit++) {
      for (let k = 0; k < width; k++) transposed[k * hidden + unit] = w1[unit * width + k];
    }
    return {
      w1: this.arena.upload(`${prefix}.0.weight`, transposed),
      b1: this.arena.upload(`${prefix}.0.bias`, b1),
      w2: this.arena.upload(`${prefix}.2.weight`, new Float32Array([...w2, ...b2])),
      hidden,
    };
  }

  /** Stacks the head and group routers of all layers: row ((l*2 + kind)*(H-1) + unit - 1). */
  async widthRouter(config: DitConfig): Promise<LinearWeights> {
    const { depth, hiddenSize: width } = config;
    const units = config.numHeads - 1;
    const rows = 2 * depth * units;
    const weight = new Float32Array(rows * width);
    const bias = new Float32Array(rows);
    for (let layer = 0; layer < depth; layer++) {
      for (const [kind, name] of ['attn_rate', 'mlp_rate'].entries()) {
        const key = `blocks.${layer}.${name}.router`;
        const row = (layer * 2 + kind) * units;
        weight.set(await this.source.float32(`${key}.weight`, [units, width]), row * width);
        bias.set(await this.source.float32(`${key}.bias`, [units]), row);
      }
    }
    const n = wholeAxis(rows);
    const k = wholeAxis(width);
    const length = paddedLength(n) * paddedLength(k);
    return {
      weight: this.arena.upload(
        'widthRouter.weight',
        transposeLinear(weight, n, k, new Float32Array(length)),
      ),
      bias: this.arena.upload('widthRouter.bias', padVector(bias, n)),
      storage: 'f32',
      n,
      k,
    };
  }

  async block(config: DitConfig, layer: number): Promise<BlockWeights> {
    const { hiddenSize: width, numHeads: heads } = config;
    const prefix = `blocks.${layer}`;
    const whole = wholeAxis(width);
    const perHead: Axis = { groups: heads, group: width / heads };
    const perGroup: Axis = { groups: heads, group: (config.mlpRatio * width) / heads };
    return {
      adaLN: await this.linear(`${prefix}.adaLN_modulation.1`, wholeAxis(6 * width), whole),
      qkv: await this.linear(
        `${prefix}.attn.qkv`,
        { groups: 3 * heads, group: perHead.group },
        whole,
      ),
      proj: await this.linear(`${prefix}.attn.proj`, whole, perHead),
      fc1: await this.linear(`${prefix}.mlp.fc1`, perGroup, whole),
      fc2: await this.linear(`${prefix}.mlp.fc2`, whole, perGroup),
      tokenRouter: config.dynamic
        ? await this.tokenRouter(`${prefix}.token_selection.mlp_head`, width)
        : undefined,
    };
  }
}

/**
 * Reads a checkpoint into GPU memory, laid out as the kernels read it.
 * @throws DyditError `checkpoint-broken` naming the tensor, `limit-too-small`, `cancelled`
 */
export async function uploadDitWeights(
  library: KernelLibrary,
  config: DitConfig,
  source: TensorSource,
): Promise<DitWeights> {
  const arena = new BufferArena(library.gpu, 'Dit');
  try {
    const upload = new WeightUploader(library, source, arena);
    const { hiddenSize: width, inChannels, patchSize } = config;
    const whole = wholeAxis(width);
    const tokens = tokenCount(config);
    const patchShape = [width, inChannels, patchSize, patchSize];
    const outChannels = config.learnSigma ? 2 * inChannels : inChannels;
    const blocks: BlockWeights[] = [];
    for (let layer = 0; layer < config.depth; layer++) {
      blocks.push(await upload.block(config, layer));
    }
    return {
      arena,
      patchEmbed: await upload.linear(
        'x_embedder.proj',
        whole,
        wholeAxis(inChannels * patchSize ** 2),
        patchShape,
      ),
      posEmbed: source.has('pos_embed')
        ? await upload.table('pos_embed', [1, tokens, width])
        : arena.upload('pos_embed', positionTable(width, Math.sqrt(tokens))),
      timeIn: await upload.linear('t_embedder.mlp.0', whole, wholeAxis(frequencyColumns)),
      timeOut: await upload.linear('t_embedder.mlp.2', whole, whole),
      classTable: await upload.table('y_embedder.embedding_table.weight', [
        config.numClasses + 1,
        width,
      ]),
      styleTable: source.has('s_embedder.embedding_table.weight')
        ? await upload.table('s_embedder.embedding_table.weight', [config.numStyles + 1, width])
        : arena.upload('noStyles', new Float32Array(width)),
      blocks,
      finalAdaLN: await upload.linear(
        'final_layer.adaLN_modulation.1',
        wholeAxis(2 * width),
        whole,
      ),
      finalLinear: await upload.linear(
        'final_layer.linear',
        wholeAxis(patchSize ** 2 * outChannels),
        whole,
      ),
      widthRouter: config.dynamic ? await upload.widthRouter(config) : undefined,
    };
  } catch (error) {
    arena.destroy();
    throw error;
  }
}
