/** Sizes of the rows that become images. */
export interface UnpatchifyShape {
  /** Cout */
  readonly channels: number;
  /** S */
  readonly side: number;
  /** P */
  readonly patch: number;
}

/**
 * "nhwpqc->nchpwq" of one image.
 * @param x (h, w, p, q, c)
 * @returns (c, h, p, w, q), which is (Cout, S, S)
 */
export function unpatchify(
  x: ArrayLike<number>,
  { channels, side, patch }: UnpatchifyShape,
): Float64Array {
  const y = new Float64Array(channels * side * side);
  const patches = side / patch;
  let source = 0;
  for (let h = 0; h < patches; h++) {
    for (let w = 0; w < patches; w++) {
      for (let p = 0; p < patch; p++) {
        for (let q = 0; q < patch; q++) {
          for (let c = 0; c < channels; c++) {
            y[(((c * patches + h) * patch + p) * patches + w) * patch + q] = x[source++];
          }
        }
      }
    }
  }
  return y;
}
