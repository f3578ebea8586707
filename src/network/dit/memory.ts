import { planSlots } from '../../ops/slots';
import { elementCount } from '../../ops/tensor';
import type { DitConfig } from '../config';
import { ditLayers } from './layers';
import { recordEvaluation } from './network';

/**
 * Bytes that an evaluation works in besides the weights, in f32 and without what a backend adds.
 * @param items B: images, twice that under guidance
 */
export function workingBytes(config: DitConfig, items: number): number {
  const program = recordEvaluation(config, ditLayers(config), {
    ...{ items, images: items, latentItems: items, modulationRows: items },
    dynamicTokens: config.dynamic,
  });
  const { sizes } = planSlots(program, (tensor) => 4 * elementCount(tensor));
  return sizes.reduce((sum, size) => sum + size, 0);
}
