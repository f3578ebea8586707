import { drawHalves, type DrawnHalves } from '../checkpoint/drawn-halves';
import type { ScaledBytes } from '../checkpoint/scaled-bytes';
import type { Axis } from './axis';

/** y = x w^T + b, a PyTorch weight (N, K). */
export interface LinearLayer {
  readonly kind: 'linear';
  /** State-dict prefix of `.weight` and `.bias`. */
  readonly name: string;
  readonly n: Axis;
  readonly k: Axis;
}

/** A convolution of stride 1 with zeros around the picture: a PyTorch weight (N, C, size, size). */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** Output channels; several convolutions of the same x lie side by side as groups. */
  readonly n: Axis;
  /** C */
  readonly channels: number;
  readonly size: 1 | 3;
  /**
   * Takes every pixel of x twice in both directions first (nearest neighbour), so that y has twice
   * the side; for size 3.
   */
  readonly doubles?: boolean;
}

/**
 * Pixels of x that a pixel of y is made of. Of the nine under the kernel in a doubled picture some are
 * the same pixel of x: four are left, whose weights are summed when they are loaded.
 */
export function tapsOf({ size, doubles = false }: ConvLayer): number {
  return doubles ? 4 : size ** 2;
}

/** The affine part of a GroupNorm over C channels. */
export interface NormLayer {
  readonly kind: 'norm';
  readonly name: string;
  readonly channels: number;
}

/** A table that is added as it is, (rows, columns). */
export interface TableLayer {
  readonly kind: 'table';
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** Linear(D, R) -> ReLU -> Linear(1): keeps a token where the result is over 0. */
export interface TokenRouterLayer {
  readonly kind: 'tokenRouter';
  /** Prefix of `.0.weight`, `.0.bias`, `.2.weight`, `.2.bias`. */
  readonly name: string;
  /** D */
  readonly width: number;
  /** R */
  readonly hidden: number;
}

/** A layer with weights: what a network asks of a checkpoint, and an op of its weights. */
export type Layer = LinearLayer | ConvLayer | NormLayer | TableLayer | TokenRouterLayer;

/** Numbers, or the bits of half-precision numbers. */
export type WeightValues = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Weights of products in memory: also integers with a scale for every row (an output column). */
export type HeldValues = WeightValues | ScaledBytes;

/** Weights of products, which may also have to be drawn first. */
export type ProductValues = HeldValues | DrawnHalves;

/** Weights in memory; those that are drawn, for who has no way of its own to draw them. */
export function heldValues(values: ProductValues): HeldValues {
  return 'seed' in values ? drawHalves(values) : values;
}

/** A layer with its numbers, laid out as PyTorch has them. */
export type LayerWeights =
  | {
      readonly layer: LinearLayer | ConvLayer;
      /** (N, K), or (N, C, size, size). */
      readonly weight: ProductValues;
      /** (N) */
      readonly bias: Float32Array<ArrayBuffer>;
    }
  | {
      readonly layer: NormLayer;
      /** (C) */
      readonly gamma: Float32Array<ArrayBuffer>;
      /** (C) */
      readonly beta: Float32Array<ArrayBuffer>;
    }
  | {
      readonly layer: TableLayer;
      /** (rows, columns) */
      readonly values: Float32Array<ArrayBuffer>;
    }
  | {
      readonly layer: TokenRouterLayer;
      /** (R, D) */
      readonly weight1: Float32Array<ArrayBuffer>;
      /** (R) */
      readonly bias1: Float32Array<ArrayBuffer>;
      /** (R) */
      readonly weight2: Float32Array<ArrayBuffer>;
      readonly bias2: number;
    };
