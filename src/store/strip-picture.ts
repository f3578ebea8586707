import type { Picture } from '../engine/api';

/** White between two pictures, of their width. */
const gapShare = 1 / 16;

/** Pictures of one size side by side, on white. */
export function sideBySide(pictures: readonly Picture[]): Picture {
  const [{ width, height }] = pictures;
  const gap = Math.round(width * gapShare);
  const total = pictures.length * (width + gap) - gap;
  const rgba = new Uint8ClampedArray(total * height * 4).fill(255);
  for (const [i, picture] of pictures.entries()) {
    for (let y = 0; y < height; y++) {
      const row = picture.rgba.subarray(y * width * 4, (y + 1) * width * 4);
      rgba.set(row, (y * total + i * (width + gap)) * 4);
    }
  }
  return { width: total, height, rgba };
}
