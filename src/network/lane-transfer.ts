import type { ElementRange, Lane, Storage } from '../backend/backend';
import { elementCount } from '../ops/tensor';

/** A dense storage on a lane. */
export interface Place {
  readonly lane: Lane;
  readonly storage: Storage;
}

/**
 * Copies numbers between storages, on one lane or from one to another by way of the host.
 * @param range of `from`, the whole of it where absent
 * @param start first element of `to`
 */
export async function transfer(
  from: Place,
  to: Place,
  range: ElementRange = { start: 0, count: elementCount(from.storage.spec) },
  start = 0,
): Promise<void> {
  if (from.lane === to.lane) from.lane.copy(from.storage, range, to.storage, start);
  else to.lane.write(to.storage, await from.lane.readFloats(from.storage, range), start);
}
