import type { Backend, Lane, WeightSet } from '../backend/backend';
import type { Layer, LayerWeights } from '../ops/layer';
import { releaseWeights } from '../ops/release-weights';

/** The same weights on every lane of a backend. */
export type LaneWeights = readonly WeightSet[];

/** Layers that are to be put on lanes. */
export interface LayerUpload {
  /** Names the weights in errors. */
  readonly label: string;
  /** Names the work in errors ("loading the model"). */
  readonly what: string;
  readonly layers: readonly Layer[];
  /** Gives numbers in memory that nobody else has. */
  readonly read: (layer: Layer) => Promise<LayerWeights>;
}

/** What weights are put on. */
export interface LayerHome extends Pick<Backend, 'guard'> {
  readonly lanes: readonly Pick<Lane, 'createWeights'>[];
}

/**
 * Reads layers one by one and puts each on every lane, so that no more than one is held here: its
 * memory is given back.
 * @throws DyditError what `read`, the lanes and the backend's guard throw; nothing is left on the
 * lanes then
 */
export async function uploadLayers(
  backend: LayerHome,
  { label, what, layers, read }: LayerUpload,
): Promise<LaneWeights> {
  const sets = backend.lanes.map((lane) => lane.createWeights(label));
  try {
    await backend.guard(what, async () => {
      for (const layer of layers) {
        const weights = await read(layer);
        for (const set of sets) await set.upload(weights);
        releaseWeights(weights);
      }
    });
    return sets;
  } catch (error) {
    freeWeights(sets);
    throw error;
  }
}

export function freeWeights(sets: LaneWeights): void {
  for (const set of sets) set.destroy();
}
