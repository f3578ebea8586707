import { silu } from './activation';

/** SiLU(c) with c = temb + class embedding + style embedding, of one item. */
export function conditioning(
  temb: ArrayLike<number>,
  classRow: ArrayLike<number>,
  styleRow: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(temb, (value, i) => silu(value + classRow[i] + styleRow[i]));
}
