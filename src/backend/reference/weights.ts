import { halfToFloat } from '../../checkpoint/half';
import { DyditError } from '../../errors';
import { widened } from '../../checkpoint/scaled-bytes';
import { heldValues, type LayerWeights, type ProductValues } from '../../ops/layer';
import type { WeightSet } from '../backend';

/** (N, K) and (N), as PyTorch has them. */
export interface AffineWeights {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** The two layers of a token router: (R, D), (R), (R) and one number. */
export interface RouterWeights {
  readonly weight1: Float64Array;
  readonly bias1: Float64Array;
  readonly weight2: Float64Array;
  readonly bias2: number;
}

/** Weights in double precision, by the names of their layers. */
export class ReferenceWeights implements WeightSet {
  readonly #affine = new Map<string, AffineWeights>();
  readonly #tables = new Map<string, Float64Array>();
  readonly #routers = new Map<string, RouterWeights>();

  constructor(
    private readonly label: string,
    private readonly onDestroy: () => void,
  ) {}

  upload(weights: LayerWeights): Promise<void> {
    const { name } = weights.layer;
    if ('weight' in weights) {
      const { weight, bias } = weights;
      this.#affine.set(name, { weight: doubles(weight), bias: Float64Array.from(bias) });
    } else if ('gamma' in weights) {
      const { gamma, beta } = weights;
      this.#affine.set(name, { weight: Float64Array.from(gamma), bias: Float64Array.from(beta) });
    } else if ('values' in weights) {
      this.#tables.set(name, Float64Array.from(weights.values));
    } else {
      this.#routers.set(name, {
        weight1: Float64Array.from(weights.weight1),
        bias1: Float64Array.from(weights.bias1),
        weight2: Float64Array.from(weights.weight2),
        bias2: weights.bias2,
      });
    }
    return Promise.resolve();
  }

  /** Of a linear layer or a convolution; of a norm, gamma and beta. */
  affine({ name }: { readonly name: string }): AffineWeights {
    return this.#found(this.#affine.get(name), name);
  }

  /** (rows, columns) */
  table({ name }: { readonly name: string }): Float64Array {
    return this.#found(this.#tables.get(name), name);
  }

  router({ name }: { readonly name: string }): RouterWeights {
    return this.#found(this.#routers.get(name), name);
  }

  destroy(): void {
    this.#affine.clear();
    this.#tables.clear();
    this.#routers.clear();
    this.onDestroy();
  }

  #found<T>(weights: T | undefined, name: string): T {
    if (weights !== undefined) return weights;
    throw new DyditError(
      'internal',
      `The weights of ${name} are not in ${this.label}.`,
      'Upload every layer of the program first.',
    );
  }
}

function doubles(given: ProductValues): Float64Array {
  const values = heldValues(given);
  if ('scales' in values) return Float64Array.from(widened(values));
  return values instanceof Uint16Array
    ? Float64Array.from(values, halfToFloat)
    : Float64Array.from(values);
}
