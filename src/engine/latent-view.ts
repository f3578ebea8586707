import type { Lane, Storage } from '../backend/backend';
import type { DitConfig } from '../network/config';
import type { Picture } from './api';

/**
 * The first three latent channels as red, green and blue: what can be shown of a latent where no
 * VAE decoder is loaded. Values of -3..3 (three standard deviations) span black to white.
 * @param latent (images * C, S * S)
 * @returns image `image`, S x S
 */
export function viewLatent(
  home: Lane,
  config: Pick<DitConfig, 'inChannels' | 'inputSize'>,
  latent: Storage,
  image: number,
): Promise<Picture> {
  return view({ home, config, gain: 42.5, middle: 127.5 }, latent, image);
}

/**
 * What a network draws that makes pictures without a VAE: clamp(127.5*x + 128, 0, 255), one channel
 * as grey.
 * @param latent (images * C, S * S)
 * @returns image `image`, S x S
 */
export function viewPixels(
  home: Lane,
  config: Pick<DitConfig, 'inChannels' | 'inputSize'>,
  latent: Storage,
  image: number,
): Promise<Picture> {
  return view({ home, config, gain: 127.5, middle: 128 }, latent, image);
}

interface View {
  readonly home: Lane;
  readonly config: Pick<DitConfig, 'inChannels' | 'inputSize'>;
  /** byte = gain * value + middle */
  readonly gain: number;
  readonly middle: number;
}

async function view(
  { home, config, gain, middle }: View,
  latent: Storage,
  image: number,
): Promise<Picture> {
  const side = config.inputSize;
  const pixels = side ** 2;
  const shown = Math.min(3, config.inChannels);
  const start = image * config.inChannels * pixels;
  const values = await home.readFloats(latent, { start, count: shown * pixels });
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let channel = 0; channel < shown; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      rgba[pixel * 4 + channel] = middle + gain * values[channel * pixels + pixel];
    }
  }
  if (shown === 1) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      rgba[pixel * 4 + 1] = rgba[pixel * 4 + 2] = rgba[pixel * 4];
    }
  }
  return { width: side, height: side, rgba };
}
