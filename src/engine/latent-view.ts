import { readBuffer } from '../backend/webgpu/gpu/buffer';
import type { Gpu } from '../backend/webgpu/gpu/device';
import type { DitConfig } from '../network/config';

/**
 * The first three latent channels as red, green and blue: what can be shown of a latent where no
 * VAE decoder is loaded. Values of -3..3 (three standard deviations) span black to white.
 * @param latent (images, C, S, S)
 * @returns RGBA bytes of image `image`, S x S
 */
export async function viewLatent(
  gpu: Gpu,
  config: DitConfig,
  latent: GPUBuffer,
  image: number,
): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const pixels = config.inputSize ** 2;
  const values = new Float32Array(await readBuffer(gpu, latent));
  const start = image * config.inChannels * pixels;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let channel = 0; channel < Math.min(3, config.inChannels); channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      rgba[pixel * 4 + channel] = 127.5 + 42.5 * values[start + channel * pixels + pixel];
    }
  }
  return rgba;
}
