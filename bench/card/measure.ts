import type { Backend } from '../../src/backend/backend';
import { roofAt, type Roof } from '../roofline';
import type { Lambda } from '../paper';
import { webgpuBandwidth } from '../workplace/webgpu-bandwidth';
import { measurePeak, plainDevice } from '../workplace/webgpu-peak';
import { figure as shown } from './elements';
import type { CardFigures } from './figures';
import { measureModes, type Watch } from './modes';
import type { CardNetwork } from './networks';
import { measureOps } from './ops';

/** What is to be measured. */
export interface CardTask {
  readonly network: CardNetwork;
  readonly lambda: Lambda;
}

/**
 * Measures a network on this browser's card.
 * @throws DyditError `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled`, `device-lost`
 */
export async function measureCard(
  backend: Backend,
  { network, lambda }: CardTask,
  watch: Watch,
): Promise<CardFigures> {
  const say = (): void => watch.say('Measuring what the card can do at most');
  say();
  const before = await measureRoof();
  const modes = await measureModes(backend, network, lambda, watch);
  const { ops, byTimestamps } = await measureOps(backend, network.config, watch);
  say();
  const roof = higher(before, await measureRoof());
  const { description: adapter, software, features } = backend.report;
  return withoutImpossible({
    ...{ adapter, software, features: [...features], browser: navigator.userAgent },
    ...{ network: network.id, lambda, roof },
    ...{ modes: [...modes], ops: [...ops], opsByTimestamps: byTimestamps, refused: [] },
  });
}

async function measureRoof(): Promise<Roof> {
  const device = await plainDevice();
  try {
    return {
      gflops: await measurePeak(device),
      gigabytesPerSecond: await webgpuBandwidth(device),
    };
  } finally {
    device.destroy();
  }
}

/** The higher of each: whatever disturbs a measurement makes it lower. */
function higher(a: Roof, b: Roof): Roof {
  return {
    gflops: Math.max(a.gflops, b.gflops),
    gigabytesPerSecond: Math.max(a.gigabytesPerSecond, b.gigabytesPerSecond),
  };
}

/**
 * Figures above the card's peak are wrong, or the peak is: they are left out, and said. Memory's part
 * of the roof is no such bound, as caches answer for some of it.
 */
export function withoutImpossible(figures: CardFigures): CardFigures {
  const peak = roofAt(figures.roof, Infinity);
  const isPossible = ({ gflopsPerSecond }: { readonly gflopsPerSecond: number }): boolean =>
    gflopsPerSecond <= peak;
  const refused = [
    ...figures.modes.map((figure) => ({ what: figure.mode, figure })),
    ...figures.ops.map((figure) => ({ what: figure.op, figure })),
  ].filter(({ figure }) => !isPossible(figure));
  return {
    ...figures,
    modes: figures.modes.filter(isPossible),
    ops: figures.ops.filter(isPossible),
    refused: refused.map(
      ({ what, figure }) =>
        `${what}: ${shown(figure.gflopsPerSecond)} GFLOP/s would be above the peak, ${shown(peak)}. Measure again while nothing else runs.`,
    ),
  };
}
