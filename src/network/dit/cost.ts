import type { DitConfig } from '../config';

/** Tokens of an image: N = (S/P)^2. */
export function tokenCount(config: DitConfig): number {
  return (config.inputSize / config.patchSize) ** 2;
}

/** Multiply-adds of a block's two halves for one image with nothing skipped. */
export interface BlockCost {
  readonly attention: number;
  readonly mlp: number;
}

/**
 * Cost of a block as the paper counts it (DyDiT, section 4.1): attention 4*N*D^2 + 2*N^2*D,
 * MLP 2*mlpRatio*N*D^2.
 */
export function blockCost(config: DitConfig): BlockCost {
  const tokens = tokenCount(config);
  const width = config.hiddenSize;
  return {
    attention: 4 * tokens * width ** 2 + 2 * tokens ** 2 * width,
    mlp: 2 * config.mlpRatio * tokens * width ** 2,
  };
}

/** Multiply-adds of one network evaluation of one image by the static model. */
export function staticCost(config: DitConfig): number {
  const { attention, mlp } = blockCost(config);
  return config.depth * (attention + mlp);
}
