import type { DitConfig } from '../network/config';
import { fillNormal } from '../sampler/normal';

/**
 * Standard normals (images, C, S, S). Image k draws from seed + k (mod 2^32), so that it is the
 * same alone as in a batch.
 * @param stream `LATENT_STREAM`, or `stepStream(step)`
 */
export function batchNoise(
  config: Pick<DitConfig, 'inChannels' | 'inputSize'>,
  { images, seed }: { readonly images: number; readonly seed: number },
  stream: number,
): Float32Array<ArrayBuffer> {
  const size = config.inChannels * config.inputSize ** 2;
  const out = new Float32Array(images * size);
  for (let image = 0; image < images; image++) {
    fillNormal(out.subarray(image * size, (image + 1) * size), (seed + image) >>> 0, stream);
  }
  return out;
}
