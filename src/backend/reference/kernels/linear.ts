/** Which equal groups of a dimension are active: `active` of `size` elements each. */
export interface Groups {
  readonly size: number;
  readonly active: readonly number[];
}

/** Inputs of a linear layer; packed dimensions hold the active groups only, in order. */
export interface LinearInputs {
  readonly rows: number;
  /** (rows, active k) */
  readonly x: ArrayLike<number>;
  /** (K, N) */
  readonly weight: ArrayLike<number>;
  /** (N) */
  readonly bias: ArrayLike<number>;
  readonly inWidth: number;
  readonly outWidth: number;
  readonly k: Groups;
  readonly n: Groups;
}

/** Elements of the whole dimension behind the packed ones. */
export function activeElements({ size, active }: Groups): number[] {
  return active.flatMap((group) => Array.from({ length: size }, (_, i) => group * size + i));
}

/**
 * y = f(x w + b) by way of the whole matrix: inactive inputs are zeros, as the paper masks them.
 * @returns (rows, active n)
 */
export function linear(inputs: LinearInputs, f: (v: number) => number = (v) => v): Float64Array {
  const { rows, x, weight, bias, inWidth, outWidth } = inputs;
  const kActive = activeElements(inputs.k);
  const nActive = activeElements(inputs.n);
  const y = new Float64Array(rows * nActive.length);
  for (let row = 0; row < rows; row++) {
    const masked = new Float64Array(inWidth);
    kActive.forEach((k, i) => (masked[k] = x[row * kActive.length + i]));
    nActive.forEach((n, i) => {
      let sum = bias[n];
      for (let k = 0; k < inWidth; k++) sum += masked[k] * weight[k * outWidth + n];
      y[row * nActive.length + i] = f(sum);
    });
  }
  return y;
}

/** Where the end of a residual branch goes and what gates it. */
export interface GatedScatter {
  /** (B*N, D), the residual stream. */
  readonly residual: ArrayLike<number>;
  /** Token of each row. */
  readonly tokens: readonly number[];
  /** N, tokens of an item. */
  readonly tokensPerItem: number;
  /** Gate of an item and column. */
  readonly gate: (item: number, column: number) => number;
}

/** residual[token] += gate[item] * (x w + b), other tokens as they were. */
export function linearGatedScatter(inputs: LinearInputs, scatter: GatedScatter): Float64Array {
  const width = inputs.outWidth;
  const branch = linear(inputs);
  const out = Float64Array.from(scatter.residual);
  scatter.tokens.forEach((token, row) => {
    const item = Math.floor(token / scatter.tokensPerItem);
    for (let n = 0; n < width; n++) {
      out[token * width + n] += scatter.gate(item, n) * branch[row * width + n];
    }
  });
  return out;
}
