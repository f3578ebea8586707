import type { DitConfig } from '../../src/network/config';
import { officialConfigs } from '../models';

/** A network that a visitor's card is measured with. */
export interface CardNetwork {
  readonly name: string;
  readonly config: DitConfig;
  /** Blocks that are there, where all would not fit or take too long to make. */
  readonly blocks: number;
}

/** The shape of the model that draws emoji. */
const emoji: DitConfig = {
  ...{ inputSize: 16, patchSize: 2, inChannels: 8, hiddenSize: 256, depth: 8, numHeads: 8 },
  ...{ mlpRatio: 4, learnSigma: false, numClasses: 347, numStyles: 6, objective: 'flow-v' },
  dynamic: true,
};

export const cardNetworks: readonly CardNetwork[] = [
  { name: 'Emoji, 128 px', config: emoji, blocks: 8 },
  { name: 'DiT-S/2, 256 px', config: officialConfigs.s2, blocks: 12 },
  { name: 'DiT-B/2, 256 px, 4 of its 12 blocks', config: officialConfigs.b2, blocks: 4 },
  { name: 'DiT-XL/2, 256 px, 4 of its 28 blocks', config: officialConfigs.xl2, blocks: 4 },
];
