import { tinyPrefix } from '../../checkpoint/layouts/tiny-vae';
import { wholeAxis } from '../../ops/axis';
import type { ConvLayer } from '../../ops/layer';
import { wholePicture, type Pixels } from '../../ops/pixels';
import type { ConvOptions, Recorder } from '../../ops/recorder';
import type { Tensor } from '../../ops/tensor';
import type { TinyVaeConfig } from '../config';

/** Latents are bent to stay within it. */
const limit = 3;

/**
 * The decoder of TAESD, latent -> image (pixels, 3) about -1..1: convolutions alone, each level of
 * blocks at twice the side of the one before. The last convolution's weights are loaded so that it
 * makes -1..1 of what was trained to be 0..1 (tiny-load.ts).
 */
export function recordTinyDecoder(
  net: Recorder,
  config: TinyVaeConfig,
  { latent, image }: { readonly latent: Tensor; readonly image: Tensor },
): void {
  const { blockOutChannels: channels, blocksPerLevel, scalingFactor } = config;
  let number = 0;
  const conv = (x: Pixels, n: number, name: string | number, options: TinyOptions = {}): Pixels => {
    const { doubles = false, ...others } = options;
    return net.conv(x, layer(`${tinyPrefix}.${name}`, n, x, doubles), others);
  };
  let x = net.latentToPixels(latent, 1 / scalingFactor, limit); // (S*S, C)
  x = conv(x, channels[0], number, { relu: true }); // (S*S, top)
  number += 2;
  for (const [level, n] of channels.entries()) {
    for (let block = 0; block < blocksPerLevel[level]; block++) {
      // relu(x + conv4(relu(conv2(relu(conv0(x))))))
      const key = number++;
      const hidden = conv(x, n, `${key}.conv.0`, { relu: true }); // (pixels, channels)
      const deeper = conv(hidden, n, `${key}.conv.2`, { relu: true }); // (pixels, channels)
      x = conv(deeper, n, `${key}.conv.4`, { into: x, adds: true, relu: true }); // (pixels, channels)
    }
    if (level + 1 < channels.length) {
      x = conv(x, channels[level + 1], number + 1, { doubles: true }); // (4 * pixels, channels)
      number += 2;
    }
  }
  const out = layer(tinyOutLayer(config), image.axis.group, x, false);
  net.conv(x, out, { into: wholePicture(image) }); // (pixels, 3)
}

/** Name of the layer that makes the image. */
export function tinyOutLayer({ blocksPerLevel }: TinyVaeConfig): string {
  const blocks = blocksPerLevel.reduce((sum, count) => sum + count, 0);
  // Two for each level: the convolution into it, and what cuts off or doubles beside that.
  return `${tinyPrefix}.${2 * blocksPerLevel.length + blocks}`;
}

interface TinyOptions extends ConvOptions {
  readonly doubles?: boolean;
}

function layer(name: string, channels: number, x: Pixels, doubles: boolean): ConvLayer {
  const from = x.tensor.axis.group;
  const conv = { kind: 'conv', name, n: wholeAxis(channels), channels: from, size: 3 } as const;
  return doubles ? { ...conv, doubles } : conv;
}
