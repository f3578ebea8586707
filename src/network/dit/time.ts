import type { Lane, Storage, WeightSet } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import type { DitConfig } from '../config';
import type { DitLayers } from './layers';
import { external, recordTime, timeSpecs, type StepEnd } from './network';
import { timestepEmbedding } from './timestep-embedding';

/** What depends on a timestep alone, for every evaluation of a run. */
export interface TimeConditioning {
  /** (T, D) */
  readonly temb: Storage;
  /** Width router logits (T, 2L(H-1)); without meaning in a static model. */
  readonly logits: Storage;
}

/** Timesteps of a run's evaluations (T), as the network receives them. */
export interface RunTimes {
  readonly networkTimes: readonly number[];
  /** Where the step of each evaluation ends; absent where the network is not told. */
  readonly networkEnds?: readonly number[];
}

/** The conditioning of where steps begin and, where the network is told, of where they end. */
export interface StepConditioning {
  readonly begin: TimeConditioning;
  readonly end?: TimeConditioning;
}

/**
 * Embeds all timesteps of a run and asks the width routers for all of them, on one lane.
 * @param owner keeps the results
 */
export async function conditionOnTime(
  { lane, weights }: { readonly lane: Lane; readonly weights: WeightSet },
  { config, layers }: { readonly config: DitConfig; readonly layers: DitLayers },
  { networkTimes, networkEnds }: RunTimes,
  owner: Owned,
): Promise<StepConditioning> {
  const times = networkTimes.length;
  const specs = timeSpecs(config, layers, times);
  const scratch = new Owned();
  const storage: Record<string, Storage> = {};
  const bind = (at: StepEnd, timesteps: readonly number[]): TimeConditioning => {
    const frequencies = scratch.adopt(lane.allocate('Time.frequencies', specs.frequencies));
    lane.write(frequencies, timestepEmbedding(timesteps, config));
    const temb = owner.adopt(lane.allocate('Time.temb', specs.temb));
    const logits = owner.adopt(lane.allocate('Time.logits', specs.logits));
    storage[external.frequencies(at)] = frequencies;
    storage[external.temb(at)] = temb;
    storage[external.logits(at)] = logits;
    return { temb, logits };
  };
  try {
    const begin = bind('begin', networkTimes);
    const end = networkEnds && bind('end', networkEnds);
    const program = recordTime(config, layers, { times, jumps: networkEnds !== undefined });
    await scratch.adopt(await lane.compile(program, { weights, storage })).run();
    return { begin, end };
  } finally {
    scratch.destroy();
  }
}
