import { release } from '../checkpoint/release';
import type { LayerWeights } from './layer';

/** Gives the memory of a layer's numbers back, once they are where they are needed. */
export function releaseWeights(weights: LayerWeights): void {
  release(...arraysOf(weights));
  if ('weight' in weights && 'scales' in weights.weight) release(...arraysOf(weights.weight));
}

function arraysOf(values: object): readonly ArrayBufferView[] {
  return Object.values(values).filter((value) => ArrayBuffer.isView(value));
}
