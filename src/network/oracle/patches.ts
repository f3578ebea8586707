import type { LinearWeights } from './weights';
import { linear } from './linear';

/** Sizes of a latent cut into patches. */
export interface PatchGrid {
  /** S, pixels a side. */
  readonly size: number;
  /** P, pixels of a patch a side. */
  readonly patch: number;
}

/** A convolution of kernel and stride P: latent (C, S, S) -> (N, D), weight (D, C, P, P). */
export function patchEmbed(
  latent: ArrayLike<number>,
  { size, patch }: PatchGrid,
  weights: LinearWeights,
): Float64Array {
  const side = size / patch;
  const channels = latent.length / size ** 2;
  const patches = new Float64Array(latent.length); // (N, C*P*P)
  let i = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      for (let c = 0; c < channels; c++) {
        for (let p = 0; p < patch; p++) {
          for (let q = 0; q < patch; q++) {
            patches[i++] = latent[(c * size + row * patch + p) * size + column * patch + q];
          }
        }
      }
    }
  }
  return linear(patches, weights); // (N, D)
}

/** "nhwpqc->nchpwq": (N, P*P*Cout) -> (Cout, S, S). */
export function unpatchify(x: Float64Array, { size, patch }: PatchGrid): Float64Array {
  const side = size / patch;
  const channels = x.length / size ** 2;
  const out = new Float64Array(x.length);
  let i = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      for (let p = 0; p < patch; p++) {
        for (let q = 0; q < patch; q++) {
          for (let c = 0; c < channels; c++) {
            out[(c * size + row * patch + p) * size + column * patch + q] = x[i++];
          }
        }
      }
    }
  }
  return out;
}
