import { DyditError } from '../../errors';
import {
  heldValues,
  type ConvLayer,
  type HeldValues,
  type LayerWeights,
  type LinearLayer,
  type NormLayer,
  type TableLayer,
  type TokenRouterLayer,
} from '../../ops/layer';
import type { WeightSet } from '../backend';
import { kernelsOf } from '../phase-kernels';
import type { Block, LaneMemory } from './lane-memory';
import {
  hasOnlyFiniteHalves,
  packBias,
  packPanels,
  panelColumns,
  panelElements,
  panelShape,
  type PanelShape,
} from './panels';
import { halvesToFloats } from '../../checkpoint/half';
import { release } from '../../checkpoint/release';
import { widened } from '../../checkpoint/scaled-bytes';

/** A layer's weights as the kernels read them; numbers are addresses. */
export interface PackedPanels {
  readonly kind: 'panels';
  readonly shape: PanelShape;
  readonly weights: number;
  readonly bias: number;
  readonly half: boolean;
}

export interface PackedNorm {
  readonly kind: 'norm';
  readonly gamma: number;
  readonly beta: number;
}

export interface PackedTable {
  readonly kind: 'table';
  readonly values: number;
}

export interface PackedRouter {
  readonly kind: 'router';
  readonly weights: number;
  readonly bias: number;
  readonly weight2: number;
  readonly panels: number;
  readonly bias2: number;
}

export type PackedLayer = PackedPanels | PackedNorm | PackedTable | PackedRouter;

/** Layers in a lane's memory, by name. */
export class WasmWeights implements WeightSet {
  readonly #packed = new Map<string, PackedLayer>();
  readonly #blocks: Block[] = [];
  #bytes = 0;

  constructor(
    readonly label: string,
    private readonly place: { readonly memory: LaneMemory; readonly widenedBytes: number },
    private readonly release: (free: () => void) => void,
  ) {}

  upload(weights: LayerWeights): Promise<void> {
    try {
      this.#packed.set(weights.layer.name, this.#pack(weights));
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(DyditError.from(error));
    }
  }

  panels(layer: LinearLayer | ConvLayer): PackedPanels {
    const packed = this.#packed.get(layer.name);
    if (packed?.kind === 'panels') return packed;
    throw this.#missing(layer.name);
  }

  norm(layer: NormLayer): PackedNorm {
    const packed = this.#packed.get(layer.name);
    if (packed?.kind === 'norm') return packed;
    throw this.#missing(layer.name);
  }

  table(layer: TableLayer): PackedTable {
    const packed = this.#packed.get(layer.name);
    if (packed?.kind === 'table') return packed;
    throw this.#missing(layer.name);
  }

  router(layer: TokenRouterLayer): PackedRouter {
    const packed = this.#packed.get(layer.name);
    if (packed?.kind === 'router') return packed;
    throw this.#missing(layer.name);
  }

  destroy(): void {
    const blocks = this.#blocks.splice(0);
    this.#packed.clear();
    this.release(() => {
      for (const block of blocks) this.place.memory.free(block);
    });
  }

  #pack(weights: LayerWeights): PackedLayer {
    if ('gamma' in weights) {
      const gamma = this.#keep(weights.layer.name, weights.gamma);
      return { kind: 'norm', gamma, beta: this.#keep(weights.layer.name, weights.beta) };
    }
    if ('values' in weights) {
      return { kind: 'table', values: this.#keep(weights.layer.name, weights.values) };
    }
    if ('weight1' in weights) return this.#packRouter(weights);
    const { layer, weight, bias } = weights;
    const kernels = layer.kind === 'conv' ? kernelsOf(layer, weight) : heldValues(weight);
    return this.#packPanels(layer.name, panelShape(layer), kernels, bias);
  }

  #packPanels(
    name: string,
    shape: PanelShape,
    weight: HeldValues,
    bias: Float32Array<ArrayBuffer>,
  ): PackedPanels {
    const elements = panelElements(shape);
    const half =
      weight instanceof Uint16Array &&
      this.#bytes + elements * 4 > this.place.widenedBytes &&
      hasOnlyFiniteHalves(weight);
    const weights = this.#reserve(name, elements * (half ? 2 : 4));
    const biasElements = shape.groups * shape.panels * panelColumns;
    const packedBias = this.#reserve(name, biasElements * 4);
    if (half) packPanels(shape, weight, this.place.memory.halves(weights, elements));
    else {
      const floats = floatsOf(weight);
      packPanels(shape, floats, this.place.memory.floats(weights, elements));
      if (floats !== weight) release(floats);
    }
    packBias(shape, bias, this.place.memory.floats(packedBias, biasElements));
    return { kind: 'panels', shape, weights, bias: packedBias, half };
  }

  #packRouter({
    layer,
    weight1,
    bias1,
    weight2,
    bias2,
  }: Extract<LayerWeights, { readonly weight1: unknown }>): PackedRouter {
    const { name, width, hidden } = layer;
    const shape: PanelShape = {
      groups: 1,
      group: hidden,
      panels: Math.ceil(hidden / panelColumns),
      k: width,
      taps: 1,
    };
    const { weights, bias } = this.#packPanels(name, shape, weight1, bias1);
    const columns = shape.panels * panelColumns;
    const second = this.#reserve(name, columns * 4);
    this.place.memory.floats(second, columns).set(weight2);
    return { kind: 'router', weights, bias, weight2: second, panels: shape.panels, bias2 };
  }

  #keep(name: string, values: Float32Array<ArrayBuffer>): number {
    const address = this.#reserve(name, values.byteLength);
    this.place.memory.floats(address, values.length).set(values);
    return address;
  }

  #reserve(name: string, bytes: number): number {
    const block = this.place.memory.allocate(`${this.label}: ${name}`, bytes);
    this.#blocks.push(block);
    this.#bytes += bytes;
    return block.address;
  }

  #missing(name: string): DyditError {
    return new DyditError(
      'internal',
      `${this.label} has no weights of ${name} of the kind asked for.`,
    );
  }
}

function floatsOf(values: HeldValues): Float32Array<ArrayBuffer> {
  if ('scales' in values) return widened(values);
  return values instanceof Float32Array ? values : halvesToFloats(values);
}
