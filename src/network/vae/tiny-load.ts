import type { TensorSource } from '../../checkpoint/tensor-source';
import { axisLength } from '../../ops/axis';
import type { ConvLayer, Layer, LayerWeights } from '../../ops/layer';
import type { TinyVaeConfig } from '../config';
import { readLayer, readWeight } from '../layer-reader';
import { tinyOutLayer } from './tiny-network';

/**
 * Reads one layer of a tiny decoder: those before a doubling have no bias, and the last is made to
 * give -1..1, as every other decoder does, in place of 0..1.
 * @throws DyditError `checkpoint-incomplete` naming the tensor, `cancelled`
 */
export async function readTinyLayer(
  source: TensorSource,
  layer: Layer,
  config: TinyVaeConfig,
): Promise<LayerWeights> {
  if (layer.kind !== 'conv') return readLayer(source, layer);
  if (layer.name === tinyOutLayer(config)) return readOut(source, layer);
  if (source.has(`${layer.name}.bias`)) return readLayer(source, layer);
  return {
    layer,
    weight: await readWeight(source, layer, shapeOf(layer)),
    bias: new Float32Array(axisLength(layer.n)),
  };
}

/** 2 y - 1 */
async function readOut(source: TensorSource, layer: ConvLayer): Promise<LayerWeights> {
  const weight = await source.float32(`${layer.name}.weight`, shapeOf(layer));
  const bias = await source.float32(`${layer.name}.bias`, [axisLength(layer.n)]);
  return {
    layer,
    weight: weight.map((value) => 2 * value),
    bias: bias.map((value) => 2 * value - 1),
  };
}

function shapeOf({ n, channels, size }: ConvLayer): readonly number[] {
  return [axisLength(n), channels, size, size];
}
