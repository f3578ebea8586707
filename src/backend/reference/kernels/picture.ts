import { matrixOf, rowOf, type Matrix } from '../matrix';

/**
 * RGBA of clamp(127.5*x + 128, 0, 255) rounded down, red in the lowest byte, alpha 255, a word a
 * pixel.
 * @param x (pixels, 3)
 */
export function pictureBytes(x: Matrix): Float64Array {
  return matrixOf(x.rows, 1, (pixel) => {
    const [red, green, blue] = rowOf(x, pixel).map(byteOf);
    return red + green * 2 ** 8 + blue * 2 ** 16 + 255 * 2 ** 24;
  }).values;
}

function byteOf(value: number): number {
  return Math.floor(Math.min(Math.max(127.5 * value + 128, 0), 255));
}
