/** Sizes of a patch embedding of square images. */
export interface PatchShape {
  /** C */
  readonly channels: number;
  /** S */
  readonly side: number;
  /** P */
  readonly patch: number;
  /** D */
  readonly width: number;
}

/**
 * A P x P convolution of stride P with bias, plus the position table, of one image.
 * @param x (C, S, S)
 * @param weight (D, C, P, P)
 * @param positions (N, D)
 * @returns (N, D)
 */
export function patchEmbed(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  positions: ArrayLike<number>,
  { channels, side, patch, width }: PatchShape,
): Float64Array {
  const patches = side / patch;
  const y = new Float64Array(patches * patches * width);
  for (let row = 0; row < patches; row++) {
    for (let column = 0; column < patches; column++) {
      const token = row * patches + column;
      for (let d = 0; d < width; d++) {
        let sum = bias[d] + positions[token * width + d];
        for (let c = 0; c < channels; c++) {
          for (let p = 0; p < patch; p++) {
            for (let q = 0; q < patch; q++) {
              const pixel = x[(c * side + row * patch + p) * side + column * patch + q];
              sum += pixel * weight[((d * channels + c) * patch + p) * patch + q];
            }
          }
        }
        y[token * width + d] = sum;
      }
    }
  }
  return y;
}
