import { withErrorScopes } from '../../backend/webgpu/gpu/error-scope';
import type { KernelLibrary } from '../../backend/webgpu/kernels/library';
import type { TensorMap } from '../../checkpoint/checkpoint';
import type { DitConfig } from '../config';
import { TensorSource } from '../../checkpoint/tensor-source';
import { inferDitConfig, type DitHints } from './infer-config';
import { DitRun, type DitRunOptions } from './run';
import { uploadDitWeights, type DitWeights } from './weights';

/** How loading reports and stops. */
export interface LoadControl {
  /** Share of the checkpoint read so far, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** A DiT or DyDiT in GPU memory. */
export class Dit {
  private constructor(
    readonly library: KernelLibrary,
    readonly config: DitConfig,
    /** Elements of all tensors of the checkpoint. */
    readonly parameters: number,
    /** Storage of the big matrices in the checkpoint. */
    readonly weightDtype: 'f16' | 'f32',
    private readonly weights: DitWeights,
  ) {}

  /**
   * Infers the configuration, checks every tensor's shape and uploads.
   * @throws DyditError `checkpoint-broken`, `checkpoint-unsupported`, `limit-too-small`,
   * `out-of-memory`, `cancelled`
   */
  static async load(
    library: KernelLibrary,
    tensors: TensorMap,
    hints: DitHints = {},
    control: LoadControl = {},
  ): Promise<Dit> {
    const config = inferDitConfig(tensors, hints);
    const source = new TensorSource(tensors, control.onProgress, control.signal);
    const weights = await withErrorScopes(library.gpu, 'loading the model', () =>
      uploadDitWeights(library, config, source),
    );
    const half = source.isHalf('blocks.0.attn.qkv.weight');
    return new Dit(library, config, source.elements, half ? 'f16' : 'f32', weights);
  }

  /** Binds the network to one batch. @throws DyditError as `DitRun.prepare` */
  prepare(options: DitRunOptions): Promise<DitRun> {
    return DitRun.prepare(this.library, this.config, this.weights, options);
  }

  destroy(): void {
    this.weights.arena.destroy();
  }
}
