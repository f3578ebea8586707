import type { GenerateRequest, ModelInfo } from './api';

/**
 * Halves of the batch that guidance takes: a second one without labels, unless there is nothing to
 * guide or the network has guidance as an input, which guides all channels.
 */
export function guidanceHalves(
  { guidance, guidanceChannels }: Pick<GenerateRequest, 'guidance' | 'guidanceChannels'>,
  { foldedGuidance }: Pick<ModelInfo, 'foldedGuidance'>,
): 1 | 2 {
  const folded = foldedGuidance && guidanceChannels === 'all';
  return guidance === 1 || folded ? 1 : 2;
}
