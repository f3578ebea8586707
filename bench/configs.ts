import type { DitConfig } from '../src/network/config';
import { paperShare, type Lambda, type PaperSize } from './paper';

/** An official size (DiT, arXiv 2212.09748, table 1) with patches of 2, at 256 and at 512 pixels. */
export const officialNames = [
  ...(['s2', 'b2', 'l2', 'xl2'] as const),
  ...(['s2-512', 'b2-512', 'l2-512', 'xl2-512'] as const),
] as const;

export type OfficialName = (typeof officialNames)[number];

const sizes = {
  s2: { hiddenSize: 384, depth: 12, numHeads: 6 },
  b2: { hiddenSize: 768, depth: 12, numHeads: 12 },
  l2: { hiddenSize: 1024, depth: 24, numHeads: 16 },
  xl2: { hiddenSize: 1152, depth: 28, numHeads: 16 },
} as const;

type Size = keyof typeof sizes;

function sizeOf(name: OfficialName): Size {
  switch (name) {
    case 's2':
    case 's2-512':
      return 's2';
    case 'b2':
    case 'b2-512':
      return 'b2';
    case 'l2':
    case 'l2-512':
      return 'l2';
    case 'xl2':
    case 'xl2-512':
      return 'xl2';
  }
}

export function officialConfig(name: OfficialName): DitConfig {
  return {
    ...{ ...sizes[sizeOf(name)], inputSize: name.endsWith('-512') ? 64 : 32 },
    ...{ patchSize: 2, inChannels: 4, mlpRatio: 4, learnSigma: true },
    ...{ numClasses: 1000, numStyles: 0, objective: 'epsilon', dynamic: true },
  };
}

/** The paper's network of that size and resolution; it has no L, and nothing was timed at 512. */
export function paperSizeOf(name: OfficialName): PaperSize | undefined {
  switch (name) {
    case 's2':
      return 's';
    case 'b2':
      return 'b';
    case 'xl2':
      return 'xl';
    default:
      return undefined;
  }
}

/** The share of the multiply-adds that is kept at a lambda: that of the paper's network nearest in size. */
export function keptShare(name: OfficialName, lambda: Lambda): number {
  const nearest = { s2: 's', b2: 'b', l2: 'xl', xl2: 'xl' } as const;
  return paperShare(nearest[sizeOf(name)], lambda);
}
