import type { Backend, WeightSet } from '../backend/backend';
import type { Layer, LayerWeights } from '../ops/layer';

/** The same weights on every lane of a backend. */
export type LaneWeights = readonly WeightSet[];

/** Layers that are to be put on lanes. */
export interface LayerUpload {
  /** Names the weights in errors. */
  readonly label: string;
  /** Names the work in errors ("loading the model"). */
  readonly what: string;
  readonly layers: readonly Layer[];
  readonly read: (layer: Layer) => Promise<LayerWeights>;
}

/**
 * Reads layers one by one and puts each on every lane, so that no more than one is held here.
 * @throws DyditError what `read`, the lanes and the backend's guard throw; nothing is left on the
 * lanes then
 */
export async function uploadLayers(
  backend: Backend,
  { label, what, layers, read }: LayerUpload,
): Promise<LaneWeights> {
  const sets = backend.lanes.map((lane) => lane.createWeights(label));
  try {
    await backend.guard(what, async () => {
      for (const layer of layers) {
        const weights = await read(layer);
        for (const set of sets) await set.upload(weights);
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
