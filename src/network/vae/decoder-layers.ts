import { ShapeSource } from '../../checkpoint/shape-source';
import type { TensorMap } from '../../checkpoint/tensor';
import type { TensorSource } from '../../checkpoint/tensor-source';
import type { Layer, LayerWeights } from '../../ops/layer';
import { layersOf } from '../../ops/program';
import { isTiny, type DecoderConfig } from '../config';
import { readVaeLayer } from './load';
import { recordDecoder } from './network';
import { readTinyLayer } from './tiny-load';

/** Every layer once, with its shape: the decoder of any size names them. */
export function decoderLayers(config: DecoderConfig, source: TensorSource): readonly Layer[] {
  return layersOf([recordDecoder({ config, latentSide: 1, postQuantConv: hasPostQuant(source) })]);
}

/** Whether latents go through a convolution of their own first. */
export function hasPostQuant(source: TensorSource): boolean {
  return source.has('post_quant_conv.weight');
}

/** Reads one layer of a decoder of either kind. @throws DyditError naming the tensor, `cancelled` */
export function readDecoderLayer(
  source: TensorSource,
  layer: Layer,
  config: DecoderConfig,
): Promise<LayerWeights> {
  return isTiny(config) ? readTinyLayer(source, layer, config) : readVaeLayer(source, layer);
}

/** As `expectDitShapes`, of a decoder. */
export async function expectDecoderShapes(
  tensors: TensorMap,
  config: DecoderConfig,
): Promise<void> {
  const source = new ShapeSource(decoderTensors(tensors));
  for (const layer of decoderLayers(config, source)) {
    await readDecoderLayer(source, layer, config);
  }
}

/** The tensors a decoder reads; the encoder's are left out. */
export function decoderTensors(tensors: TensorMap): TensorMap {
  return new Map(
    [...tensors].filter(([key]) => key.startsWith('decoder.') || key.startsWith('post_quant_conv')),
  );
}
