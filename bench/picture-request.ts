import type { GenerateRequest } from '../src/engine/index';
import { emojiGuidance } from './models';
import type { Mode } from './names';

/** A picture of the shipped model. */
export function pictureRequest(mode: Mode, steps: number): GenerateRequest {
  return {
    ...{ sampler: 'flow-euler', steps, guidance: emojiGuidance, guidanceChannels: 'all' },
    ...{ seed: 7, images: 1, preview: 'off' },
    labels: [{ classId: 0, styleId: 0, weight: 1 }],
    ...{ variation: 0, budget: 0 },
    dynamicWidth: mode === 'width' || mode === 'both',
    dynamicTokens: mode === 'tokens' || mode === 'both',
  };
}
