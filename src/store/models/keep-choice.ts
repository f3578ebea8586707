import { targetDtypes, type TargetDtype } from '../../checkpoint/convert/converted-tensor';
import type { InspectedModel } from '../../engine/models/inspect';

/** In what type to keep a model, if at all. */
export type KeepChoice = TargetDtype | 'no';

export const keepChoices: readonly KeepChoice[] = ['no', ...targetDtypes];

/** What is kept for the next visit by itself, as loading it from its file again takes long. */
const largeBytes = 256 * 2 ** 20;

/** More than this is hard on any browser's store and on most memories. */
const hugeBytes = 4 * 2 ** 30;

/** Whether a model is asked about before it is loaded, as it may be kept smaller. */
export function isLarge({ keptBytes }: Pick<InspectedModel, 'keptBytes'>): boolean {
  return keptBytes.f32 > largeBytes;
}

/**
 * Small models are quick to open again. Large ones are kept, and smaller than they came: halves lose
 * next to nothing; int8 where even these are more than browsers bear, or where it came so.
 */
export function recommendedKeep(model: InspectedModel): KeepChoice {
  if (!isLarge(model)) return 'no';
  const { dtype, keptBytes } = model;
  return dtype === 'int8' || keptBytes.f16 > hugeBytes ? 'int8' : 'f16';
}
