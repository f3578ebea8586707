import type { MemoryLimits } from '../../src/backend/backend';
import { tokenCount, type DitConfig } from '../../src/network/config';
import { stateDictShapes } from '../../src/network/oracle/state-dict';

/** Bytes of a weight of a product: halves. */
export const weightBytes = 2;
const floatBytes = 4;

/** Images, each twice for guidance. */
export const images = 1;

/** What a network needs of a card. */
export interface NetworkSize {
  /** Of all weights. */
  readonly weights: number;
  /** Of the largest buffer but for weights, which a card may have in slices. */
  readonly largest: number;
}

export function sizeOf(config: DitConfig): NetworkSize {
  let weights = 0;
  const largest =
    floatBytes * 2 * images * tokenCount(config) * config.mlpRatio * config.hiddenSize;
  for (const [, shape] of stateDictShapes(config)) {
    weights += weightBytes * shape.reduce((product, length) => product * length, 1);
  }
  return { weights, largest };
}

/** Why a network can not be measured on a card, in a sentence; undefined where it can. */
export function whyTooLarge(
  config: DitConfig,
  limits: Pick<MemoryLimits, 'largestBytes' | 'totalBytes'> | undefined,
): string | undefined {
  const { weights, largest } = sizeOf(config);
  const { largestBytes = Infinity, totalBytes = Infinity } = limits ?? {};
  if (largest > largestBytes) {
    return `it needs a buffer of ${megabytes(largest)}, and this card allows ${megabytes(largestBytes)}.`;
  }
  if (weights > totalBytes) {
    return `its weights are ${megabytes(weights)}, and this card has ${megabytes(totalBytes)}.`;
  }
  return undefined;
}

export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
