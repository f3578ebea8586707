import type { Backend, WeightSet } from '../backend/backend';
import type { Layer, LayerWeights } from '../ops/layer';

/** The same weights on every lane of a backend. */
export type LaneWeights = readonly WeightSet[];

/**
 * Reads layers one by one and puts each on every lane, so that no more than one is held here.
 * @param label names the weights in errors
 * @throws DyditError what `read` and the lanes throw; nothing is left on the lanes then
 */
export async function uploadLayers(
  backend: Backend,
  label: string,
  layers: readonly Layer[],
  read: (layer: Layer) => Promise<LayerWeights>,
): Promise<LaneWeights> {
  const sets = backend.lanes.map((lane) => lane.createWeights(label));
  try {
    for (const layer of layers) {
      const weights = await read(layer);
      for (const set of sets) await set.upload(weights);
    }
    return sets;
  } catch (error) {
    freeWeights(sets);
    throw error;
  }
}

export function freeWeights(sets: LaneWeights): void {
  for (const set of sets) set.destroy();
}
