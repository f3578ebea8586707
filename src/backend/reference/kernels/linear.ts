import type { Activation } from '../../../ops/op';
import { geluTanh, silu } from './activation';
import { matrixOf, type Matrix } from '../matrix';
import type { AffineWeights } from '../weights';

const activations: Readonly<Record<Activation, (v: number) => number>> = {
  none: (v) => v,
  gelu: geluTanh,
  silu,
};

/** Which columns take part; all where absent. */
export type ColumnMask = readonly boolean[] | undefined;

/**
 * activation(x w^T + b) by way of the whole matrix, as the paper masks it: inputs that are left out
 * are zeros, outputs that are left out are not numbers.
 * @param x (rows, K)
 * @returns (rows, N)
 */
export function linear(
  x: Matrix,
  { weight, bias }: AffineWeights,
  options: {
    readonly activation: Activation;
    readonly nActive?: ColumnMask;
    readonly kActive?: ColumnMask;
  },
): Matrix {
  const { activation, nActive, kActive } = options;
  const K = x.columns;
  return matrixOf(x.rows, bias.length, (row, n) => {
    if (nActive?.[n] === false) return NaN;
    let sum = bias[n];
    for (let k = 0; k < K; k++) {
      const masked = kActive?.[k] === false ? 0 : x.values[row * K + k];
      sum += masked * weight[n * K + k];
    }
    return activations[activation](sum);
  });
}

/**
 * y + gate * branch on the kept tokens; the others stay as they are.
 * @param y (B*N, D)
 * @param branch (B*N, D)
 * @param gate of a token and column
 */
export function addGated(
  y: Matrix,
  branch: Matrix,
  kept: readonly boolean[],
  gate: (token: number, column: number) => number,
): Matrix {
  return matrixOf(y.rows, y.columns, (token, column) => {
    const i = token * y.columns + column;
    return kept[token] ? y.values[i] + gate(token, column) * branch.values[i] : y.values[i];
  });
}
