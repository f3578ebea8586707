import { DyditError } from '../../errors';
import { axisLength, wholeAxis } from '../../ops/axis';
import {
  heldValues,
  type ConvLayer,
  type Layer,
  type LayerWeights,
  type LinearLayer,
  type NormLayer,
  type TableLayer,
  type TokenRouterLayer,
  type WeightValues,
} from '../../ops/layer';
import { release } from '../../checkpoint/release';
import { widened } from '../../checkpoint/scaled-bytes';
import type { WeightSet } from '../backend';
import { keptTaps, kernelsOf } from '../phase-kernels';
import { drawWeights } from './draw-weights';
import { BufferArena } from './gpu/buffer';
import { withErrorScopes } from './gpu/error-scope';
import { thrownByDevice } from './gpu/failure';
import { paddedLength } from './layout';
import { packWeight, padRows, type MatrixValues } from './pack';
import { sliceColumns, type ColumnSlice } from './slices';
import type { KernelLibrary } from './kernel-library';
import type { WeightStorage } from './shaders';

/** Columns of a linear layer or a convolution: weight (taps, K, N) as the kernels read it, bias (N). */
export interface MatrixSlice extends ColumnSlice {
  readonly weight: GPUBuffer;
  readonly bias: GPUBuffer;
  /** (groups of K, N), what integers are multiplied by; for the storage `i8` alone. */
  readonly scales?: GPUBuffer;
}

/** A linear layer or a convolution. */
export interface MatrixBuffers {
  readonly kind: 'linear' | 'conv';
  readonly storage: WeightStorage;
  /** Rows of the weight, counted along K, that share their scales: all where there are no scales. */
  readonly scaledRows: number;
  /** All columns: of a linear layer in as many slices as bindings need, else one. */
  readonly slices: readonly MatrixSlice[];
}

/** A group norm: gamma and beta (C), zero-padded. */
export interface NormBuffers {
  readonly kind: 'norm';
  readonly gamma: GPUBuffer;
  readonly beta: GPUBuffer;
}

/** A table (rows, columns), rows zero-padded. */
export interface TableBuffers {
  readonly kind: 'table';
  readonly values: GPUBuffer;
}

/** A token router of R hidden units. */
export interface TokenRouterBuffers {
  readonly kind: 'tokenRouter';
  /** (D, R), rows of zeros where D is padded. */
  readonly w1: GPUBuffer;
  /** (R) */
  readonly b1: GPUBuffer;
  /** (R + 1), the bias last. */
  readonly w2: GPUBuffer;
}

type MatrixWeights = Extract<LayerWeights, { readonly weight: unknown }>;

type LayerBuffers = MatrixBuffers | NormBuffers | TableBuffers | TokenRouterBuffers;

/** Layers in GPU memory, laid out as the kernels read them. */
export class GpuWeights implements WeightSet {
  readonly #layers = new Map<string, { buffers: LayerBuffers; arena: BufferArena }>();

  constructor(
    private readonly library: KernelLibrary,
    private readonly label: string,
    private readonly onDestroy: (weights: GpuWeights) => void = () => undefined,
  ) {}

  async upload(weights: LayerWeights): Promise<void> {
    const { gpu } = this.library;
    const { name } = weights.layer;
    const arena = new BufferArena(gpu, this.label);
    try {
      const buffers = await withErrorScopes(gpu, `loading ${this.label}.${name}`, () =>
        this.#pack(arena, weights),
      );
      this.#layers.get(name)?.arena.destroy();
      this.#layers.set(name, { buffers, arena });
    } catch (thrown) {
      arena.destroy();
      throw thrownByDevice(`loading ${this.label}.${name}`, thrown);
    }
  }

  /** @throws DyditError `internal` where the layer was not uploaded */
  matrix(layer: LinearLayer | ConvLayer): MatrixBuffers {
    const found = this.#find(layer);
    if (found?.kind === layer.kind) return found;
    throw this.#missing(layer);
  }

  norm(layer: NormLayer): NormBuffers {
    const found = this.#find(layer);
    if (found?.kind === 'norm') return found;
    throw this.#missing(layer);
  }

  table(layer: TableLayer): TableBuffers {
    const found = this.#find(layer);
    if (found?.kind === 'table') return found;
    throw this.#missing(layer);
  }

  tokenRouter(layer: TokenRouterLayer): TokenRouterBuffers {
    const found = this.#find(layer);
    if (found?.kind === 'tokenRouter') return found;
    throw this.#missing(layer);
  }

  destroy(): void {
    for (const { arena } of this.#layers.values()) arena.destroy();
    this.#layers.clear();
    this.onDestroy(this);
  }

  #find({ name }: Layer): LayerBuffers | undefined {
    return this.#layers.get(name)?.buffers;
  }

  #missing({ kind, name }: Layer): DyditError {
    return new DyditError('internal', `${this.label}: there is no ${kind} layer "${name}".`);
  }

  async #pack(arena: BufferArena, weights: LayerWeights): Promise<LayerBuffers> {
    const { name } = weights.layer;
    if ('gamma' in weights) {
      const axis = wholeAxis(weights.layer.channels);
      return {
        kind: 'norm',
        gamma: arena.upload(`${name}.gamma`, padRows(weights.gamma, axis)),
        beta: arena.upload(`${name}.beta`, padRows(weights.beta, axis)),
      };
    }
    if ('values' in weights) {
      const values = padRows(weights.values, wholeAxis(weights.layer.columns));
      return { kind: 'table', values: arena.upload(name, values) };
    }
    if ('weight1' in weights) {
      const { weight1, bias1, weight2, bias2 } = weights;
      return {
        kind: 'tokenRouter',
        w1: arena.upload(`${name}.w1`, packRouter(weight1, weights.layer)),
        b1: arena.upload(`${name}.b1`, bias1),
        w2: arena.upload(`${name}.w2`, Float32Array.of(...weight2, bias2)),
      };
    }
    const { layer, weight: given } = weights;
    if ('seed' in given && layer.kind === 'linear') {
      return {
        ...{ kind: 'linear', storage: this.library.halfStorage, scaledRows: paddedLength(layer.k) },
        slices: await this.#matrix(arena, weights, Uint16Array.BYTES_PER_ELEMENT, (label, slice) =>
          drawWeights(this.library, arena, { label, drawn: given, slice, k: layer.k }),
        ),
      };
    }
    if (layer.kind === 'conv') return this.#packValues(arena, weights, kernelsOf(layer, given));
    const held = heldValues(given);
    if (!('scales' in held)) return this.#packValues(arena, weights, held);
    const scaledRows = rowsScaledTogether(layer, held.scales.length);
    if (scaledRows === undefined) return this.#packValues(arena, weights, widened(held));
    const { integers, scales } = held;
    const slices = await this.#packMatrix(arena, weights, integers, scales);
    return { kind: 'linear', storage: 'i8', scaledRows, slices };
  }

  async #packValues(
    arena: BufferArena,
    weights: MatrixWeights,
    values: WeightValues,
  ): Promise<MatrixBuffers> {
    const { layer } = weights;
    return {
      kind: layer.kind,
      storage: values instanceof Uint16Array ? this.library.halfStorage : 'f32',
      scaledRows: layer.kind === 'linear' ? paddedLength(layer.k) : layer.channels,
      slices: await this.#packMatrix(arena, weights, values),
    };
  }

  /** @param values (N, K, taps) as they are kept, with their scales (N, groups) where they are integers */
  #packMatrix(
    arena: BufferArena,
    weights: MatrixWeights,
    values: MatrixValues,
    scales?: Float32Array<ArrayBuffer>,
  ): Promise<readonly MatrixSlice[]> {
    const { layer } = weights;
    const { k, taps } =
      layer.kind === 'linear'
        ? { k: layer.k, taps: 1 }
        : { k: wholeAxis(layer.channels), taps: keptTaps(layer) };
    const rowLength = axisLength(k) * taps;
    const weightOf = (label: string, { start, n }: ColumnSlice): Promise<GPUBuffer> => {
      const own = values.subarray(start * rowLength, (start + axisLength(n)) * rowLength);
      const packed = packWeight(own, { n, k, taps });
      const buffer = arena.upload(label, packed);
      release(packed);
      return Promise.resolve(buffer);
    };
    return this.#matrix(arena, weights, values.BYTES_PER_ELEMENT, weightOf, scales);
  }

  /** @param weightOf puts the weights of a slice in a buffer of that label */
  #matrix(
    arena: BufferArena,
    { layer, bias }: MatrixWeights,
    bytesPerElement: number,
    weightOf: (label: string, slice: ColumnSlice) => Promise<GPUBuffer>,
    scales?: Float32Array<ArrayBuffer>,
  ): Promise<readonly MatrixSlice[]> {
    const { name } = layer;
    const groups = (scales?.length ?? 0) / axisLength(layer.n);
    const slices: readonly ColumnSlice[] =
      layer.kind === 'linear'
        ? sliceColumns(layer.n, bytesPerElement * paddedLength(layer.k), arena.largestBytes)
        : [{ start: 0, n: layer.n }];
    return Promise.all(
      slices.map(async (slice): Promise<MatrixSlice> => {
        const { start, n } = slice;
        const end = start + axisLength(n);
        const label = slices.length === 1 ? name : `${name}[${start}..${end - 1}]`;
        return {
          ...{ start, n, weight: await weightOf(`${label}.weight`, slice) },
          bias: arena.upload(`${label}.bias`, padRows(bias.subarray(start, end), n)),
          ...(scales && {
            scales: arena.upload(
              `${label}.scales`,
              packWeight(scales.subarray(start * groups, end * groups), {
                ...{ n, k: wholeAxis(groups), taps: 1 },
              }),
            ),
          }),
        };
      }),
    );
  }
}

/**
 * Rows of a packed weight that share their scales, undefined where kernels, which read four at once,
 * would find those of others. No model that is known has such groups.
 * @param scales how many the layer has
 */
function rowsScaledTogether({ n, k }: LinearLayer, scales: number): number | undefined {
  const groups = scales / axisLength(n);
  if (groups === 1) return paddedLength(k);
  const group = axisLength(k) / groups;
  return group % 4 === 0 && paddedLength(k) === axisLength(k) ? group : undefined;
}

/** (R, D) to (D, R), with rows of zeros where D is padded. */
function packRouter(
  weight: Float32Array<ArrayBuffer>,
  { width, hidden }: TokenRouterLayer,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(paddedLength(wholeAxis(width)) * hidden);
  for (let unit = 0; unit < hidden; unit++) {
    for (let k = 0; k < width; k++) out[k * hidden + unit] = weight[unit * width + k];
  }
  return out;
}
