import type { MemoryLimits } from '../../engine/api';
import { targetDtypes, type TargetDtype } from '../../checkpoint/convert/converted-tensor';
import type { InspectedModel } from '../../engine/models/inspect';

/** In what type to keep a model, if at all. */
export type KeepChoice = TargetDtype | 'no';

export const keepChoices: readonly KeepChoice[] = ['no', ...targetDtypes];

/** What is kept for the next visit by itself, as loading it from its file again takes long. */
const largeBytes = 256 * 2 ** 20;

/** More weights than this are hard on any browser and on most memories. */
const hugeBytes = 4 * 2 ** 30;

/** Of a machine's memory weights may take this share, of what is left of a store that one. */
const memoryShare = 0.5;
const storeShare = 0.9;

/** What a machine has for a model; what is not known is absent. */
export interface RoomForModel {
  readonly engine?: MemoryLimits | undefined;
  /** Memory of the machine. */
  readonly deviceBytes?: number | undefined;
  /** Left in the browser's store. */
  readonly storeBytes?: number | undefined;
}

/** Whether a model is asked about before it is loaded, as it may be kept smaller. */
export function isLarge({ keptBytes }: Pick<InspectedModel, 'keptBytes'>): boolean {
  return keptBytes.f32 > largeBytes;
}

/**
 * Small models are quick to open again. Large ones are kept where the store has room, and smaller than
 * they came: halves lose next to nothing; int8 where these are more than the machine or the store
 * bears, or where it came so.
 */
export function recommendedKeep(
  { dtype, keptBytes }: Pick<InspectedModel, 'dtype' | 'keptBytes'>,
  { engine, deviceBytes = Infinity, storeBytes = Infinity }: RoomForModel = {},
): KeepChoice {
  if (!isLarge({ keptBytes })) return 'no';
  const memory = Math.min(hugeBytes, memoryShare * deviceBytes, engine?.totalBytes ?? Infinity);
  const isKept = (type: TargetDtype) => keptBytes[type] <= storeShare * storeBytes;
  const isBorne = (type: TargetDtype) =>
    keptBytes[type] * (type === 'int8' ? (engine?.int8Bytes ?? 1) : 1) <= memory;
  const types: readonly TargetDtype[] = dtype === 'int8' ? ['int8'] : ['f16', 'int8'];
  return types.find((type) => isKept(type) && isBorne(type)) ?? types.findLast(isKept) ?? 'no';
}
