import { tinyPrefix } from '../../checkpoint/layouts/tiny-vae';
import { allRows, reachOf, wholePicture, type Pixels, type RowSpan } from '../../ops/pixels';
import type { Recorder } from '../../ops/recorder';
import type { Tensor } from '../../ops/tensor';
import type { TinyVaeConfig } from '../config';
import { convLayer } from './conv-layer';
import { doubled } from './doubled';
import { heldSource, stripsOf, usualMemory, type DecoderMemory, type Source } from './strips';

/** Latents are bent to stay within it. */
const limit = 3;

/**
 * The decoder of TAESD, latent -> image (pixels, 3) about -1..1: convolutions alone, each level of
 * blocks at twice the side of the one before. A level that is too large to be held is made in
 * strips, for each all that its rows hang on. The last convolution's weights are loaded so that it
 * makes -1..1 of what was trained to be 0..1 (tiny-load.ts).
 */
export function recordTinyDecoder(
  net: Recorder,
  config: TinyVaeConfig,
  of: { readonly latent: Tensor; readonly image: Tensor; readonly memory?: DecoderMemory },
): void {
  const { latent, image, memory = usualMemory } = of;
  const { blockOutChannels: channels, blocksPerLevel, scalingFactor } = config;
  const key = (number: number, part = ''): string => `${tinyPrefix}.${number}${part}`;
  const z = net.latentToPixels(latent, 1 / scalingFactor, limit); // (S*S, C)
  let number = 0;
  const first = convLayer(key(number), channels[0], z, 3);
  let x: Source = heldSource(net.conv(z, first, { relu: true })); // (S*S, top)
  number += 2;
  for (const [level, n] of channels.entries()) {
    for (let i = 0; i < blocksPerLevel[level]; i++) x = block(net, key(number++, '.conv'), x, n); // (pixels, channels)
    if (level + 1 < channels.length) {
      const conv = convLayer(key(number + 1), channels[level + 1], x, 3);
      x = doubled(net, x, conv, (bytes) => bytes <= memory.doubled); // (4 * pixels, channels)
      number += 2;
    }
  }
  const out = convLayer(tinyOutLayer(config), image.axis.group, x, 3);
  for (const rows of x.held ? [allRows(x.side)] : stripsOf(x, memory.strip)) {
    net.conv(x.rows(reachOf(rows, 3, x.side)), out, { rows, into: wholePicture(image) }); // (pixels, 3)
  }
}

/** relu(x + conv4(relu(conv2(relu(conv0(x)))))) -> (pixels, n); takes the place of x */
function block(net: Recorder, key: string, x: Source, n: number): Source {
  const conv = convLayer(`${key}.0`, n, x, 3);
  const rowsOf = (rows: RowSpan): Pixels => {
    const deep = reachOf(rows, 3, x.side);
    const hidden = reachOf(deep, 3, x.side);
    const from = x.rows(reachOf(hidden, 3, x.side));
    const once = net.conv(from, conv, { rows: hidden, relu: true });
    const twice = net.conv(once, { ...conv, name: `${key}.2` }, { rows: deep, relu: true });
    const last = { ...conv, name: `${key}.4` };
    return net.conv(twice, last, { rows, into: from, adds: true, relu: true });
  };
  const { side, channels } = x;
  return x.held ? heldSource(rowsOf(allRows(side))) : { side, channels, rows: rowsOf };
}

/** Name of the layer that makes the image. */
export function tinyOutLayer({ blocksPerLevel }: TinyVaeConfig): string {
  const blocks = blocksPerLevel.reduce((sum, count) => sum + count, 0);
  // Two for each level: the convolution into it, and what cuts off or doubles beside that.
  return `${tinyPrefix}.${2 * blocksPerLevel.length + blocks}`;
}
