import type { DitConfig } from '../../src/network/config';
import { keptShare, officialConfig, officialNames, paperSizeOf } from '../configs';
import { paperShare, type Lambda, type PaperSize } from '../paper';

/** A network that a visitor's card is measured with, whole. */
export interface CardNetwork {
  readonly id: string;
  readonly name: string;
  readonly config: DitConfig;
  /** Of the multiply-adds, that remains with everything dynamic. */
  readonly share: (lambda: Lambda) => number;
  /** The authors' network of that size, where they timed it. */
  readonly paper: PaperSize | undefined;
}

/** The shape of the model that draws emoji. */
const emoji: DitConfig = {
  ...{ inputSize: 16, patchSize: 2, inChannels: 8, hiddenSize: 256, depth: 8, numHeads: 8 },
  ...{ mlpRatio: 4, learnSigma: false, numClasses: 347, numStyles: 6, objective: 'flow-v' },
  dynamic: true,
};

const letters = { s: 'S', b: 'B', l: 'L', xl: 'XL' } as const;

function officialNetwork(id: (typeof officialNames)[number]): CardNetwork {
  const letter = Object.entries(letters).find(([size]) => id.startsWith(`${size}2`))?.[1] ?? id;
  return {
    ...{ id, config: officialConfig(id), paper: paperSizeOf(id) },
    name: `DiT-${letter}/2, ${id.endsWith('-512') ? 512 : 256} px`,
    share: (lambda) => keptShare(id, lambda),
  };
}

export const cardNetworks: readonly CardNetwork[] = [
  {
    ...{ id: 'emoji', name: 'Emoji, 128 px', config: emoji, paper: undefined },
    share: (lambda) => paperShare('s', lambda),
  },
  ...officialNames.map(officialNetwork),
];
