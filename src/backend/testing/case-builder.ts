import { floatToHalf } from '../../checkpoint/half';
import { axisLength, wholeAxis, type Axis } from '../../ops/axis';
import type {
  ConvLayer,
  LayerWeights,
  LinearLayer,
  NormLayer,
  ProductValues,
  TableLayer,
  TokenRouterLayer,
} from '../../ops/layer';
import { wholePicture, type Pixels } from '../../ops/pixels';
import { Recorder } from '../../ops/recorder';
import type { RunValues } from '../../ops/run-values';
import { denseFloats, denseWords, rowsOf, type Tensor, type TensorSpec } from '../../ops/tensor';
import type { ActiveWidth, Gate } from '../../ops/width';
import { randomHalves } from './half';
import { randomFloats, seededRandom } from './random';
import { randomScaledBytes, someGroups } from './scaled-bytes';
import type { CaseData, OpCase } from './run-case';

/** How a case keeps its weights; int8 has scales for groups of columns where there can be some. */
export type WeightType = 'f32' | 'f16' | 'int8' | 'int8, a scale a row' | 'drawn';

/** What a test says of the weights of a layer; the rest is random. */
export interface GivenWeights {
  readonly weight?: readonly number[];
  readonly bias?: readonly number[];
  /** Largest magnitude of random weights; about 2 or 1 where absent. */
  readonly scale?: number;
  /** Groups of a row of int8 weights. */
  readonly scaleGroups?: number;
}

/** What an output holds before a program runs, to show what the program left alone. */
export const sentinel = -777.25;

/** Records a program and gathers what it is run on; numbers that are not given are random. */
export class CaseBuilder {
  readonly net = new Recorder('Test');
  readonly random: () => number;
  readonly #weights: LayerWeights[] = [];
  readonly #contents: Record<string, CaseData> = {};
  readonly #exposed = new Map<number, string>();

  constructor(
    seed: number,
    private readonly weightType: WeightType = 'f32',
  ) {
    this.random = seededRandom(seed);
  }

  /** (rows, columns) that a backend may pad. */
  rows(name: string, rows: number, columns: Axis | number, values?: ArrayLike<number>): Tensor {
    const axis = typeof columns === 'number' ? wholeAxis(columns) : columns;
    return this.#external(name, rowsOf(rows, axis), values);
  }

  /** All pixels of a square picture, (side * side, C). */
  pixels(name: string, side: number, channels: Axis | number, values?: ArrayLike<number>): Pixels {
    return wholePicture(this.rows(name, side ** 2, channels, values));
  }

  /** Dense (rows, columns). */
  dense(name: string, rows: number, columns: number, values?: ArrayLike<number>): Tensor {
    return this.#external(name, denseFloats(rows, columns), values);
  }

  /** Dense words (rows, columns), all of them `fill`. */
  words(name: string, rows: number, columns: number, fill: number): Tensor {
    const tensor = this.net.external(name, denseWords(rows, columns));
    this.#contents[name] = new Uint32Array(rows * columns).fill(fill);
    return tensor;
  }

  /** A dense output, full of the sentinel. */
  denseOutput(name: string, rows: number, columns: number): Tensor {
    return this.dense(name, rows, columns, new Float32Array(rows * columns).fill(sentinel));
  }

  /** Makes the result of an op readable by a name; it is full of the sentinel before. */
  expose(name: string, tensor: Tensor): Tensor {
    this.#exposed.set(tensor.id, name);
    const elements = tensor.rows * axisLength(tensor.axis);
    this.#contents[name] = new Float32Array(elements).fill(sentinel);
    return tensor;
  }

  /** Weights (N, K) and bias (N): given, or random. */
  linear(name: string, n: Axis | number, k: Axis | number, given: GivenWeights = {}): LinearLayer {
    const [nAxis, kAxis] = [n, k].map((a) => (typeof a === 'number' ? wholeAxis(a) : a));
    const layer: LinearLayer = { kind: 'linear', name, n: nAxis, k: kAxis };
    const columns = axisLength(nAxis);
    const weight = this.#weight({ rows: columns, columns: axisLength(kAxis) }, given);
    this.#weights.push({ layer, weight, bias: this.#floats(columns, given.bias) });
    return layer;
  }

  /** Weights (N, C, size, size) and bias (N): given, or random. */
  conv(
    name: string,
    n: Axis | number,
    of: { readonly channels: number; readonly size: 1 | 3; readonly doubles?: boolean },
    given: GivenWeights = {},
  ): ConvLayer {
    const axis = typeof n === 'number' ? wholeAxis(n) : n;
    const layer: ConvLayer = { kind: 'conv', name, n: axis, ...of };
    const columns = axisLength(axis);
    const weight = this.#weight({ rows: columns, columns: of.channels * of.size ** 2 }, given);
    this.#weights.push({ layer, weight, bias: this.#floats(columns, given.bias) });
    return layer;
  }

  norm(
    name: string,
    channels: number,
    given: { readonly gamma?: readonly number[]; readonly beta?: readonly number[] } = {},
  ): NormLayer {
    const layer: NormLayer = { kind: 'norm', name, channels };
    const gamma = this.#floats(channels, given.gamma);
    this.#weights.push({ layer, gamma, beta: this.#floats(channels, given.beta) });
    return layer;
  }

  table(name: string, rows: number, columns: number, given?: readonly number[]): TableLayer {
    const layer: TableLayer = { kind: 'table', name, rows, columns };
    this.#weights.push({ layer, values: this.#floats(rows * columns, given) });
    return layer;
  }

  router(
    layer: TokenRouterLayer,
    weights: {
      readonly weight1: readonly number[];
      readonly bias1: readonly number[];
      readonly weight2: readonly number[];
      readonly bias2: number;
    },
  ): TokenRouterLayer {
    this.#weights.push({
      layer,
      weight1: Float32Array.from(weights.weight1),
      bias1: Float32Array.from(weights.bias1),
      weight2: Float32Array.from(weights.weight2),
      bias2: weights.bias2,
    });
    return layer;
  }

  /** A row list of the tokens where `kept` is true, by a router that reads it off the first column. */
  keep(kept: readonly boolean[]): Tensor {
    const signs = kept.flatMap((keep) => [keep ? 1 : -1, 0, 0, 0]);
    const marks = this.rows('marks', kept.length, 4, signs);
    const router: TokenRouterLayer = {
      kind: 'tokenRouter',
      name: 'marksRouter',
      width: 4,
      hidden: 1,
    };
    this.router(router, { weight1: [1, 0, 0, 0], bias1: [0], weight2: [1], bias2: 0 });
    // The second layer of two; of the first, all tokens are said to be kept.
    const gates = this.words('marksKept', 2, kept.length, 1);
    return this.net.selectTokens(marks, router, gates, { keptRow: 1 });
  }

  finish(
    more: { readonly width?: ActiveWidth; readonly runs?: readonly RunValues[] } = {},
  ): OpCase {
    const recorded = this.net.finish();
    const tensors = recorded.tensors.map((tensor) => ({
      ...tensor,
      external: this.#exposed.get(tensor.id) ?? tensor.external,
    }));
    const program = { ...recorded, tensors };
    return { program, weights: this.#weights, contents: this.#contents, ...more };
  }

  #external(name: string, spec: TensorSpec, values?: ArrayLike<number>): Tensor {
    const tensor = this.net.external(name, spec);
    this.#contents[name] = this.#floats(spec.rows * axisLength(spec.axis), values);
    return tensor;
  }

  #floats(length: number, values?: ArrayLike<number>): Float32Array<ArrayBuffer> {
    return values ? Float32Array.from(values) : randomFloats(this.random, length);
  }

  /** Weights that are given are floats; the random ones are of the builder's type. */
  #weight(
    { rows, columns }: { readonly rows: number; readonly columns: number },
    { weight, scale, scaleGroups }: GivenWeights,
  ): ProductValues {
    const length = rows * columns;
    if (weight) return Float32Array.from(weight);
    if (this.weightType === 'f32') return randomFloats(this.random, length, scale);
    if (this.weightType === 'int8' || this.weightType === 'int8, a scale a row') {
      const groups = scaleGroups ?? (this.weightType === 'int8' ? someGroups(columns) : 1);
      return randomScaledBytes(this.random, { rows, columns, groups, largest: scale });
    }
    if (this.weightType === 'drawn') return { seed: columns, deviation: 0.6, count: length };
    return scale === undefined
      ? randomHalves(this.random, length)
      : Uint16Array.from(randomFloats(this.random, length, scale), floatToHalf);
  }
}

/** Layer and evaluation that the tests look at; those before belong to others. */
export const gatedLayer = 1;
export const gatedEvaluation = 2;

/** A width of which `heads` and `groups` are active at that layer and evaluation, and none elsewhere. */
export function widthWith(
  units: number,
  active: { readonly heads?: readonly number[]; readonly groups?: readonly number[] },
): ActiveWidth {
  const evaluations = gatedEvaluation + 2;
  const layers = gatedLayer + 2;
  const start = (gatedEvaluation * layers + gatedLayer) * units;
  // Elsewhere everything but the last unit, so that a record of another place shows.
  const table = (list: readonly number[] = []): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: evaluations * layers * units }, (_, i) => {
      const unit = i - start;
      if (unit >= 0 && unit < units) return list.includes(unit) ? 1 : 0;
      return i % units === units - 1 && units > 1 ? 0 : 1;
    });
  return { evaluations, layers, units, heads: table(active.heads), groups: table(active.groups) };
}

export const headsGate: Gate = { layer: gatedLayer, unit: 'heads', repeat: 1 };
export const qkvGate: Gate = { layer: gatedLayer, unit: 'heads', repeat: 3 };
export const groupsGate: Gate = { layer: gatedLayer, unit: 'groups', repeat: 1 };

/** The run that the width of `widthWith` is for. */
export const gatedRun: readonly RunValues[] = [{ evaluation: gatedEvaluation }];
