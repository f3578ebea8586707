import type { Backend } from '../../backend/backend';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { expectDit } from '../../checkpoint/layouts/expect';
import { TensorSource } from '../../checkpoint/tensor-source';
import type { DitConfig } from '../config';
import { freeWeights, uploadLayers } from '../lane-weights';
import { inferDitConfig, type DitHints } from './infer-config';
import { readLabelTables } from './label';
import { ditLayers } from './layers';
import { readDitLayer, usedLayers } from './load';
import { DitRun, type DitRunOptions, type LoadedDit } from './run';

/** How loading reports and stops. */
export interface LoadControl {
  /** Share of the checkpoint read so far, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** A DiT or DyDiT in a backend's memory. */
export class Dit {
  private constructor(
    private readonly loaded: LoadedDit,
    /** Elements of all tensors of the checkpoint. */
    readonly parameters: number,
    /** Storage of the big matrices in the checkpoint. */
    readonly weightDtype: 'f16' | 'f32' | 'int8',
  ) {}

  get backend(): Backend {
    return this.loaded.backend;
  }

  get config(): DitConfig {
    return this.loaded.config;
  }

  /**
   * Infers the configuration, checks every tensor's shape and uploads.
   * @throws DyditError `checkpoint-incomplete`, `checkpoint-unsupported`, `checkpoint-broken`,
   * `weights-not-finite`, `limit-too-small`, `out-of-memory`, `cancelled`
   */
  static async load(
    backend: Backend,
    tensors: TensorMap,
    hints: DitHints = {},
    control: LoadControl = {},
  ): Promise<Dit> {
    expectDit(tensors);
    const config = inferDitConfig(tensors, hints);
    const layers = ditLayers(config);
    const source = new TensorSource(tensors, control.onProgress, control.signal);
    const tables = await readLabelTables(source, config);
    const weights = await uploadLayers(backend, {
      label: 'Dit',
      what: 'loading the model',
      layers: usedLayers(config, layers),
      read: (layer) => readDitLayer(source, config, layers, layer),
    });
    const dtype = source.storage(`${layers.blocks[0].qkv.name}.weight`);
    const loaded = { backend, config, layers, weights, tables };
    return new Dit(loaded, source.elements, dtype);
  }

  /** Binds the network to one batch. @throws DyditError as `DitRun.prepare` */
  prepare(options: DitRunOptions): Promise<DitRun> {
    return DitRun.prepare(this.loaded, options);
  }

  destroy(): void {
    freeWeights(this.loaded.weights);
  }
}
