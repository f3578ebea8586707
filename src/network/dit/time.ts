import type { Lane, Storage, WeightSet } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import type { DitConfig } from '../config';
import type { DitLayers } from './layers';
import { external, recordTime, timeSpecs } from './network';
import { timestepEmbedding } from './timestep-embedding';

/** What depends on the timestep alone, for every evaluation of a run. */
export interface TimeConditioning {
  /** (T, D) */
  readonly temb: Storage;
  /** Width router logits (T, 2L(H-1)); without meaning in a static model. */
  readonly logits: Storage;
}

/**
 * Embeds all timesteps of a run and asks the width routers for all of them, on one lane.
 * @param owner keeps the results
 * @param times timesteps as the network receives them
 */
export async function conditionOnTime(
  { lane, weights }: { readonly lane: Lane; readonly weights: WeightSet },
  { config, layers }: { readonly config: DitConfig; readonly layers: DitLayers },
  times: readonly number[],
  owner: Owned,
): Promise<TimeConditioning> {
  const specs = timeSpecs(config, layers, times.length);
  const temb = owner.adopt(lane.allocate('Time.temb', specs.temb));
  const logits = owner.adopt(lane.allocate('Time.logits', specs.logits));
  const scratch = new Owned();
  try {
    const frequencies = scratch.adopt(lane.allocate('Time.frequencies', specs.frequencies));
    lane.write(frequencies, timestepEmbedding(times, config));
    const program = recordTime(config, layers, times.length);
    const storage = {
      [external.frequencies]: frequencies,
      [external.temb]: temb,
      [external.logits]: logits,
    };
    await scratch.adopt(await lane.compile(program, { weights, storage })).run();
    return { temb, logits };
  } finally {
    scratch.destroy();
  }
}
