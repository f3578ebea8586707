import { recordEvaluation } from '../../src/network/dit/network';
import { ditLayers } from '../../src/network/dit/layers';
import { multiplyAdds } from '../../src/ops/cost';
import type { CardNetwork } from './networks';
import { longMs, repeats, timingMs } from './plan';
import { images, sizeOf } from './size';

/** Bytes of weights that are made and packed in a millisecond, about. */
const weightBytesPerMs = 1e5;

/** Starting, choosing kernels and measuring single ops, about. */
const besidesMs = 5000;

/** A network in a run does not reach what a large product does alone. */
const reachedShare = 0.5;

/**
 * About how long measuring a network takes, in milliseconds.
 * @param linearGflops throughput of a large product on this card
 */
export function estimateMs({ config }: CardNetwork, linearGflops: number): number {
  const items = 2 * images;
  const size = { items, images, latentItems: images, modulationRows: items, dynamicTokens: false };
  const program = recordEvaluation(config, ditLayers(config), size);
  const all = { evaluation: 0, rows: () => 0 };
  const work = program.ops.reduce((sum, op) => sum + multiplyAdds(op, program, all), 0);
  const evaluationMs = (2 * work) / (linearGflops * reachedShare * 1e6);
  // Static and width read all tokens, the others about three quarters of the work: four times 0.8.
  const modes = 4 * 0.8;
  const timings = evaluationMs > longMs ? 1 : repeats * Math.max(1, timingMs / evaluationMs);
  const { weights } = sizeOf(config);
  return besidesMs + weights / weightBytesPerMs + modes * evaluationMs * (2 + timings);
}
