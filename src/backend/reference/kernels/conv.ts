/** Sizes of a convolution with a square kernel, stride 1, zeros around the picture. */
export interface ConvReferenceShape {
  /** Pixels of y. */
  readonly width: number;
  readonly height: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Side of the kernel, odd. */
  readonly size: number;
  /** How often x's pixels are repeated both ways before the convolution; 1 leaves x as it is. */
  readonly upsample: number;
}

/**
 * @param x (height / upsample, width / upsample, C)
 * @param weight (N, C, size, size)
 * @param bias (N)
 * @returns (height, width, N)
 */
export function conv(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  shape: ConvReferenceShape,
): Float64Array<ArrayBuffer> {
  const { width, height, inChannels, outChannels, size, upsample } = shape;
  const margin = (size - 1) / 2;
  const read = (row: number, column: number, c: number): number => {
    if (row < 0 || row >= height || column < 0 || column >= width) return 0;
    const pixel = Math.floor(row / upsample) * (width / upsample) + Math.floor(column / upsample);
    return x[pixel * inChannels + c];
  };
  const y = new Float64Array(height * width * outChannels);
  for (let i = 0; i < y.length; i++) {
    const n = i % outChannels;
    const column = Math.floor(i / outChannels) % width;
    const row = Math.floor(i / outChannels / width);
    y[i] = bias[n];
    for (let c = 0; c < inChannels; c++) {
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const w = weight[((n * inChannels + c) * size + ky) * size + kx];
          y[i] += read(row + ky - margin, column + kx - margin, c) * w;
        }
      }
    }
  }
  return y;
}
