import { tokenCount, type DitConfig } from '../src/network/config';
import { ditLayers } from '../src/network/dit/layers';
import { recordEvaluation } from '../src/network/dit/network';
import type { ActiveWidth } from '../src/ops/width';
import { opWork, type Roof } from './roofline';
import { rateOf } from './synthetic';

/** A kind of graphics card, by the data sheet of one of them. */
export interface CardClass extends Roof {
  readonly name: string;
  readonly example: string;
}

/** Peaks of f32 at boost clocks, and of memory, as their makers state them. */
export const cardClasses: readonly CardClass[] = [
  { name: 'integrated', example: 'Intel Iris Xe, 96 EU', gflops: 2070, gigabytesPerSecond: 68 },
  { name: 'laptop', example: 'NVIDIA RTX 4060 Laptop', gflops: 11_600, gigabytesPerSecond: 256 },
  { name: 'desktop', example: 'NVIDIA RTX 4070', gflops: 29_150, gigabytesPerSecond: 504 },
];

/** What an estimate takes for granted. */
export const assumptions = {
  /** Share of the arithmetic peak that a product reaches: what the kernels aim for. */
  arithmetic: 0.5,
  /** Share of the memory's that an op reaches. */
  memory: 0.7,
  /** Of every op, besides. */
  launchMs: 0.008,
  /** Halves. */
  weightBytes: 2,
  /** One picture, with guidance. */
  items: 2,
} as const;

/**
 * Milliseconds of an evaluation on a card, by the roofline of each of its ops: the longer one of its
 * arithmetic and its memory traffic. An estimate; nothing of it was measured.
 * @param share of the multiply-adds that is kept; 1 for the static network
 */
export function estimateEvaluationMs(config: DitConfig, share: number, roof: Roof): number {
  const { items, weightBytes, arithmetic, memory, launchMs } = assumptions;
  const images = items / 2;
  const isDynamic = share < 1;
  const rate = isDynamic ? rateOf(config, share) : 1;
  const size = { items, images, latentItems: images, modulationRows: items };
  const program = recordEvaluation(config, ditLayers(config), {
    ...size,
    dynamicTokens: isDynamic,
  });
  const kept = Math.round(rate * items * tokenCount(config));
  const at = { evaluation: 0, width: widthOf(config, rate), rows: () => kept };
  return program.ops.reduce((sum, op) => {
    const { flops, bytes } = opWork(op, program, at, weightBytes);
    const arithmeticMs = flops / (arithmetic * roof.gflops * 1e6);
    const memoryMs = bytes / (memory * roof.gigabytesPerSecond * 1e6);
    return sum + launchMs + Math.max(arithmeticMs, memoryMs);
  }, 0);
}

/** The same rate of heads and groups in every layer. */
function widthOf({ depth: layers, numHeads: units }: DitConfig, rate: number): ActiveWidth {
  const active = Math.round(rate * units);
  const gates = Uint8Array.from({ length: layers * units }, (_, i) => Number(i % units < active));
  return { evaluations: 1, layers, units, heads: gates, groups: gates };
}
