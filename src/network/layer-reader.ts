import type { TensorSource } from '../checkpoint/tensor-source';
import { axisLength } from '../ops/axis';
import type {
  ConvLayer,
  Layer,
  LayerWeights,
  LinearLayer,
  ProductValues,
  TokenRouterLayer,
} from '../ops/layer';

/**
 * Reads the weights of a layer under its own name.
 * @throws DyditError `checkpoint-broken` naming the tensor, `cancelled`
 */
export async function readLayer(source: TensorSource, layer: Layer): Promise<LayerWeights> {
  switch (layer.kind) {
    case 'linear':
      return readProduct(source, layer, [axisLength(layer.n), axisLength(layer.k)]);
    case 'conv': {
      const { channels, size } = layer;
      return readProduct(source, layer, [axisLength(layer.n), channels, size, size]);
    }
    case 'norm':
      return {
        layer,
        gamma: await source.float32(`${layer.name}.weight`, [layer.channels]),
        beta: await source.float32(`${layer.name}.bias`, [layer.channels]),
      };
    case 'table':
      return { layer, values: await source.float32(layer.name, [1, layer.rows, layer.columns]) };
    case 'tokenRouter':
      return readTokenRouter(source, layer);
  }
}

/**
 * Reads weight and bias of a linear layer or convolution.
 * @param shape of the weight as it is stored
 */
export async function readProduct(
  source: TensorSource,
  layer: LinearLayer | ConvLayer,
  shape: readonly number[],
): Promise<LayerWeights> {
  return {
    layer,
    weight: await readWeight(source, layer, shape),
    bias: await source.float32(`${layer.name}.bias`, [axisLength(layer.n)]),
  };
}

async function readTokenRouter(
  source: TensorSource,
  layer: TokenRouterLayer,
): Promise<LayerWeights> {
  const { name, width, hidden } = layer;
  const [bias2] = await source.float32(`${name}.2.bias`, [1]);
  return {
    layer,
    weight1: await source.float32(`${name}.0.weight`, [hidden, width]),
    bias1: await source.float32(`${name}.0.bias`, [hidden]),
    weight2: await source.float32(`${name}.2.weight`, [1, hidden]),
    bias2,
  };
}

/** Reads a weight as it is stored, if it is: the integers of a linear layer, else halves, else floats. */
export async function readWeight(
  source: TensorSource,
  { kind, name }: LinearLayer | ConvLayer,
  shape: readonly number[],
): Promise<ProductValues> {
  const key = `${name}.weight`;
  const integers = kind === 'linear' ? await source.scaledBytes(key, shape) : undefined;
  if (integers) return integers;
  const drawn = source.drawn(key, shape);
  if (drawn) return drawn;
  return source.isHalf(key) ? source.halfBits(key, shape) : source.float32(key, shape);
}
