import type { Picture } from '../engine/api';

export interface PictureDifference {
  /** White where both agree; the further apart, the darker. */
  readonly view: Picture;
  /** Mean over pixels and colours of |a - b|, in 0..255. */
  readonly meanAbsolute: number;
  /** Peak signal-to-noise ratio in dB; Infinity where both are the same. */
  readonly psnr: number;
}

/** How much the view exaggerates, so that small differences can be seen. */
export const differenceGain = 3;

const peak = 255;
const channels = 4;
const colours = 3;

/** @throws RangeError where the sizes differ */
export function comparePictures(a: Picture, b: Picture): PictureDifference {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `comparePictures: expected two pictures of one size, got ${a.width}x${a.height} and ${b.width}x${b.height}`,
    );
  }
  const rgba = new Uint8ClampedArray(a.rgba.length);
  let absolute = 0;
  let squared = 0;
  for (let i = 0; i < rgba.length; i++) {
    if (i % channels === colours) {
      rgba[i] = peak;
      continue;
    }
    const difference = Math.abs((a.rgba[i] ?? 0) - (b.rgba[i] ?? 0));
    absolute += difference;
    squared += difference * difference;
    rgba[i] = peak - differenceGain * difference;
  }
  const count = a.width * a.height * colours;
  return {
    view: { width: a.width, height: a.height, rgba },
    meanAbsolute: absolute / count,
    psnr: decibels(squared / count),
  };
}

function decibels(meanSquare: number): number {
  return meanSquare === 0 ? Infinity : 10 * Math.log10((peak * peak) / meanSquare);
}

/** Over several pairs of pictures of one size, as if they were one large pair. */
export function averageDifference(
  differences: readonly PictureDifference[],
): Pick<PictureDifference, 'meanAbsolute' | 'psnr'> {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const meanSquares = differences.map(({ psnr }) => peak ** 2 / 10 ** (psnr / 10));
  return {
    meanAbsolute: mean(differences.map(({ meanAbsolute }) => meanAbsolute)),
    psnr: decibels(mean(meanSquares)),
  };
}
