import type { ConvLayer } from '../../ops/layer';
import { reachOf } from '../../ops/pixels';
import type { Recorder } from '../../ops/recorder';
import { heldSource, pairsOf, type Source } from './strips';

/**
 * conv of the picture with every pixel doubled -> (4 * pixels, N)
 * @param conv its layer without the doubling
 * @param mayHold whether a picture of so many bytes may be there whole
 */
export function doubled(
  net: Recorder,
  x: Source,
  conv: ConvLayer,
  mayHold: (bytes: number) => boolean,
): Source {
  const doubling = { ...conv, doubles: true };
  const picture = { side: 2 * x.side, channels: conv.n.group };
  if (x.held && mayHold(4 * picture.side ** 2 * picture.channels)) {
    return heldSource(net.conv(x.held, doubling));
  }
  return {
    ...picture,
    rows: (rows) => {
      const pairs = pairsOf(rows);
      const half = { first: pairs.first / 2, count: pairs.count / 2 };
      return net.conv(x.rows(reachOf(half, conv.size, x.side)), doubling, { rows: pairs });
    },
  };
}
