import { ShapeSource } from '../../checkpoint/shape-source';
import type { TensorMap } from '../../checkpoint/tensor';
import type { DitConfig } from '../config';
import { readLabelTables } from './label';
import { ditLayers } from './layers';
import { readDitLayer, usedLayers } from './load';

/**
 * Holds every tensor of a DiT against the shape that loading it expects, and reads none.
 * @throws DyditError `checkpoint-unsupported` or `checkpoint-incomplete`, naming the tensor
 */
export async function expectDitShapes(tensors: TensorMap, config: DitConfig): Promise<void> {
  const source = new ShapeSource(tensors);
  const layers = ditLayers(config);
  await readLabelTables(source, config);
  for (const layer of usedLayers(config, layers)) {
    await readDitLayer(source, config, layers, layer);
  }
}
