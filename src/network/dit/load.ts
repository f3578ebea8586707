import type { TensorSource } from '../../checkpoint/tensor-source';
import type { LayerWeights, LinearLayer, Layer } from '../../ops/layer';
import { layersOf } from '../../ops/program';
import type { DitConfig } from '../config';
import { readLayer, readProduct } from '../layer-reader';
import { widthRoutersName, type DitLayers } from './layers';
import { recordConditioning, recordEvaluation, recordTime } from './network';
import { positionTable } from './position-table';

/** Layers that the programs of a run ask for. */
export function usedLayers(config: DitConfig, layers: DitLayers): readonly Layer[] {
  const dynamicTokens = config.dynamic;
  return layersOf([
    recordTime(config, layers, { times: 1, jumps: false }),
    recordConditioning(config, layers, { times: 1, evaluations: 1, items: 1, jumps: false }),
    recordEvaluation(config, layers, {
      ...{ items: 1, images: 1, latentItems: 1, modulationRows: 1, dynamicTokens },
    }),
  ]);
}

/**
 * Reads one layer of a DiT; what differs from the state dict's names is put together here.
 * @throws DyditError `checkpoint-broken` naming the tensor, `cancelled`
 */
export async function readDitLayer(
  source: TensorSource,
  config: DitConfig,
  layers: DitLayers,
  layer: Layer,
): Promise<LayerWeights> {
  if (layer === layers.patchEmbed) {
    const { hiddenSize, inChannels, patchSize } = config;
    return readProduct(source, layers.patchEmbed, [hiddenSize, inChannels, patchSize, patchSize]);
  }
  if (layer.kind === 'table' && !source.has(layer.name)) {
    return { layer, values: positionTable(layer.columns, Math.sqrt(layer.rows)) };
  }
  if (layer.kind === 'linear' && layer.name === widthRoutersName) {
    return readWidthRouters(source, config, layer);
  }
  return readLayer(source, layer);
}

/** Stacks the head and group routers of all layers: row (layer*2 + kind)*(H-1) + unit - 1. */
async function readWidthRouters(
  source: TensorSource,
  { depth, numHeads, hiddenSize }: DitConfig,
  layer: LinearLayer,
): Promise<LayerWeights> {
  const units = numHeads - 1;
  const weight = new Float32Array(2 * depth * units * hiddenSize);
  const bias = new Float32Array(2 * depth * units);
  for (let index = 0; index < depth; index++) {
    for (const [kind, name] of ['attn_rate', 'mlp_rate'].entries()) {
      const key = `blocks.${index}.${name}.router`;
      const row = (index * 2 + kind) * units;
      weight.set(await source.float32(`${key}.weight`, [units, hiddenSize]), row * hiddenSize);
      bias.set(await source.float32(`${key}.bias`, [units]), row);
    }
  }
  return { layer, weight, bias };
}
