import { BufferArena } from '../../backend/webgpu/gpu/buffer';
import {
  packConvWeight,
  packedConvLength,
  paddedChannels,
} from '../../backend/webgpu/kernels/conv';
import type { KernelLibrary, WeightStorage } from '../../backend/webgpu/kernels/library';
import type { TensorMap } from '../../checkpoint/checkpoint';
import type { VaeConfig } from '../config';
import { TensorSource } from '../../checkpoint/tensor-source';
import { planDecoder, type Operation } from './plan';

/** A convolution on the GPU: weight (taps, C, N) and bias (N), channels zero-padded. */
export interface ConvWeights {
  readonly weight: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly storage: WeightStorage;
}

/** A group norm on the GPU: gamma and beta (C), zero-padded. */
export interface NormWeights {
  readonly gamma: GPUBuffer;
  readonly beta: GPUBuffer;
}

/** The decoder on the GPU, layers by their key in the plan. */
export interface VaeWeights {
  readonly arena: BufferArena;
  readonly convs: ReadonlyMap<string, ConvWeights>;
  readonly norms: ReadonlyMap<string, NormWeights>;
  readonly hasPostQuantConv: boolean;
}

export interface VaeLoadOptions {
  /** Receives the share of the decoder's weights that has been read, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

const postQuantKey = 'post_quant_conv.weight';

/** diffusers' names of an attention's four layers, and those of its versions before 0.17. */
const attentionNames = [
  ['to_q', 'query'],
  ['to_k', 'key'],
  ['to_v', 'value'],
  ['to_out.0', 'proj_attn'],
] as const;

/** Puts the layers of a plan into GPU buffers. */
class VaeUploader {
  constructor(
    private readonly library: KernelLibrary,
    private readonly source: TensorSource,
    private readonly arena: BufferArena,
  ) {}

  /**
   * Convolutions that read the same x, side by side as one.
   * @param keys state-dict prefixes of `.weight` and `.bias`
   * @param outChannels of each
   * @param linear true where the checkpoint stores (N, C) instead of (N, C, size, size)
   */
  async conv(
    keys: readonly string[],
    inChannels: number,
    outChannels: number,
    size: 1 | 3,
    linear: boolean,
  ): Promise<ConvWeights> {
    const shape = { outChannels, inChannels, taps: size ** 2 };
    const stored = linear ? [outChannels, inChannels] : [outChannels, inChannels, size, size];
    const column = paddedChannels(outChannels);
    const stride = keys.length * column;
    const length = keys.length * packedConvLength(shape);
    const half = keys.every((key) => this.source.isHalf(`${key}.weight`));
    const packed = half ? new Uint16Array(length) : new Float32Array(length);
    const bias = new Float32Array(stride);
    for (const [i, key] of keys.entries()) {
      const name = `${key}.weight`;
      if (packed instanceof Uint16Array) {
        const values = await this.source.halfBits(name, stored);
        packConvWeight(values, shape, packed, i * column, stride);
      } else {
        const values = await this.source.float32(name, stored);
        packConvWeight(values, shape, packed, i * column, stride);
      }
      bias.set(await this.source.float32(`${key}.bias`, [outChannels]), i * column);
    }
    return {
      weight: this.arena.upload(`${keys[0]}.weight`, packed),
      bias: this.arena.upload(`${keys[0]}.bias`, bias),
      storage: half ? this.library.halfStorage : 'f32',
    };
  }

  async norm(key: string, channels: number): Promise<NormWeights> {
    const gamma = new Float32Array(paddedChannels(channels));
    gamma.set(await this.source.float32(`${key}.weight`, [channels]));
    const beta = new Float32Array(paddedChannels(channels));
    beta.set(await this.source.float32(`${key}.bias`, [channels]));
    return {
      gamma: this.arena.upload(`${key}.weight`, gamma),
      beta: this.arena.upload(`${key}.bias`, beta),
    };
  }

  /** Name of an attention layer as this checkpoint has it. */
  attentionKey(prefix: string, [name, oldName]: readonly [string, string]): string {
    const old = `${prefix}.${oldName}`;
    return this.source.has(`${old}.weight`) ? old : `${prefix}.${name}`;
  }
}

/** The tensors a decoder reads; the encoder's are left out. */
function decoderTensors(tensors: TensorMap): TensorMap {
  return new Map(
    [...tensors].filter(([key]) => key.startsWith('decoder.') || key.startsWith('post_quant_conv')),
  );
}

/**
 * Reads the decoder of diffusers' AutoencoderKL into GPU memory, laid out as the kernels read it.
 * @throws DyditError `checkpoint-broken` naming the tensor, `limit-too-small`, `cancelled`
 */
export async function uploadVaeWeights(
  library: KernelLibrary,
  config: VaeConfig,
  tensors: TensorMap,
  { onProgress, signal }: VaeLoadOptions,
): Promise<VaeWeights> {
  const source = new TensorSource(decoderTensors(tensors), onProgress, signal);
  const hasPostQuantConv = source.has(postQuantKey);
  const arena = new BufferArena(library.gpu, 'Vae');
  try {
    const uploader = new VaeUploader(library, source, arena);
    const convs = new Map<string, ConvWeights>();
    const norms = new Map<string, NormWeights>();
    // The plan of any size names every layer once, with its shape.
    for (const operation of planDecoder(config, 1, hasPostQuantConv).operations) {
      const { key } = operation;
      if (operation.kind === 'norm') norms.set(key, await uploader.norm(key, operation.x.channels));
      else if (operation.kind !== 'attention')
        convs.set(key, await uploadConv(uploader, operation));
    }
    return { arena, convs, norms, hasPostQuantConv };
  } catch (error) {
    arena.destroy();
    throw error;
  }
}

function uploadConv(
  uploader: VaeUploader,
  operation: Extract<Operation, { kind: 'conv' | 'qkv' }>,
): Promise<ConvWeights> {
  const { key, x, y } = operation;
  const [query, keys, value, output] = attentionNames;
  if (operation.kind === 'qkv') {
    const parts = [query, keys, value].map((name) => uploader.attentionKey(key, name));
    return uploader.conv(parts, x.channels, x.channels, 1, true);
  }
  if (key.endsWith(output[0])) {
    const name = uploader.attentionKey(key.slice(0, -output[0].length - 1), output);
    return uploader.conv([name], x.channels, y.channels, 1, true);
  }
  return uploader.conv([key], x.channels, y.channels, operation.size, false);
}
