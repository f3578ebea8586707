import type { TensorSource } from '../../checkpoint/tensor-source';
import { axisLength } from '../../ops/axis';
import type { ConvLayer, Layer, LayerWeights } from '../../ops/layer';
import { readLayer } from '../layer-reader';

/** diffusers' names of an attention's layers, and those of its versions before 0.17. */
const oldNames = new Map([
  ['to_q', 'query'],
  ['to_k', 'key'],
  ['to_v', 'value'],
  ['to_out.0', 'proj_attn'],
]);

/**
 * Reads one layer of a decoder. Those of the attention are stored as linear layers, in newer or
 * older names, and query, key and value become one convolution.
 * @throws DyditError `checkpoint-broken` naming the tensor, `cancelled`
 */
export async function readVaeLayer(source: TensorSource, layer: Layer): Promise<LayerWeights> {
  const attention = /^(.*\.attentions\.\d+)\.(qkv|to_out\.0)$/.exec(layer.name);
  if (layer.kind !== 'conv' || !attention) return readLayer(source, layer);
  const [, prefix, name] = attention;
  const names = name === 'qkv' ? ['to_q', 'to_k', 'to_v'] : [name];
  return readSideBySide(
    source,
    layer,
    names.map((each) => attentionKey(source, prefix, each)),
  );
}

/** Linear layers of the same input, their outputs one after the other. */
async function readSideBySide(
  source: TensorSource,
  layer: ConvLayer,
  keys: readonly string[],
): Promise<LayerWeights> {
  const { channels } = layer;
  const columns = axisLength(layer.n);
  const rows = columns / keys.length;
  const bias = new Float32Array(columns);
  for (const [i, key] of keys.entries()) {
    bias.set(await source.float32(`${key}.bias`, [rows]), i * rows);
  }
  const names = keys.map((key) => `${key}.weight`);
  if (names.every((name) => source.isHalf(name))) {
    const weight = new Uint16Array(columns * channels);
    for (const [i, name] of names.entries()) {
      weight.set(await source.halfBits(name, [rows, channels]), i * rows * channels);
    }
    return { layer, weight, bias };
  }
  const weight = new Float32Array(columns * channels);
  for (const [i, name] of names.entries()) {
    weight.set(await source.float32(name, [rows, channels]), i * rows * channels);
  }
  return { layer, weight, bias };
}

/** Name of an attention layer as this checkpoint has it. */
function attentionKey(source: TensorSource, prefix: string, name: string): string {
  const old = `${prefix}.${oldNames.get(name) ?? name}`;
  return source.has(`${old}.weight`) ? old : `${prefix}.${name}`;
}
