import { wholeAxis } from '../../ops/axis';
import type { ConvLayer } from '../../ops/layer';
import type { Pixels } from '../../ops/pixels';
import type { Source } from './strips';

/** A convolution of x to `channels` channels. */
export function convLayer(
  name: string,
  channels: number,
  x: Pixels | Source,
  size: 1 | 3,
): ConvLayer {
  const from = 'tensor' in x ? x.tensor.axis.group : x.channels;
  return { kind: 'conv', name, n: wholeAxis(channels), channels: from, size };
}
