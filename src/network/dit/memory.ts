import { axisLength } from '../../ops/axis';
import { workingMemory, type WorkingMemory } from '../../ops/memory';
import type { DitConfig } from '../config';
import { ditLayers } from './layers';
import { recordEvaluation } from './network';

/** Most evaluations whose modulation is made at once, and the memory it may take. */
const mostEvaluationsAtOnce = 32;
const modulationBytes = 32 << 20;

/** Evaluations of a run whose modulation is made at once: one at least, however many items. */
export function evaluationsAtOnce({ hiddenSize, depth }: DitConfig, items: number): number {
  const columns = axisLength({ groups: 6 * depth + 2, group: hiddenSize });
  const bytes = 4 * items * columns;
  return Math.max(1, Math.min(mostEvaluationsAtOnce, Math.floor(modulationBytes / bytes)));
}

/**
 * What a run works in besides the weights.
 * @param items B: images, twice that under guidance
 */
export function runMemory(config: DitConfig, items: number): WorkingMemory {
  const modulationRows = items * evaluationsAtOnce(config, items);
  return workingMemory(
    recordEvaluation(config, ditLayers(config), {
      ...{ items, images: items, latentItems: items, modulationRows },
      dynamicTokens: config.dynamic,
    }),
  );
}
