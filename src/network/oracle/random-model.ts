import type { TensorMap } from '../../checkpoint/checkpoint';
import { floatToHalf, halfToFloat } from '../../checkpoint/half';
import type { DitConfig } from '../config';
import { referenceForward, type ReferenceInput } from './forward';
import { stateDictShapes } from './state-dict';

/** A small model of random weights, as values for the reference and as a checkpoint to load. */
export interface RandomModel {
  readonly config: DitConfig;
  /** By state-dict key; in half precision where the checkpoint is. */
  readonly tensors: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** The same values as an open checkpoint. */
  readonly checkpoint: TensorMap;
}

export interface RandomModelOptions {
  readonly seed: number;
  /** Element type of the checkpoint, f32 if absent. */
  readonly dtype?: 'f32' | 'f16';
  /** A budget that the routers must be sure under; 0 if absent. */
  readonly shift?: number;
}

/**
 * Weights under which nothing is negligible: activations of about 1, gates of the residuals of
 * about 1/2, router logits of a few units with both signs about as likely.
 */
export function randomModel(
  config: DitConfig,
  { seed, dtype = 'f32' }: RandomModelOptions,
): RandomModel {
  const random = uniformSource(seed);
  const shapes = stateDictShapes(config);
  const tensors = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [key, shape] of shapes) {
    const deviation = deviationOf(key, shape);
    const values = new Float32Array(size(shape)).map(() => deviation * random());
    tensors.set(key, dtype === 'f16' ? values.map((v) => halfToFloat(floatToHalf(v))) : values);
  }
  centreTokenRouters(tensors);
  return { config, tensors, checkpoint: checkpointOf(tensors, shapes, dtype) };
}

/**
 * The random model of the first seed, from `seed` on, whose router logits all keep `margin` from 0
 * on these inputs, whichever toggles are on: its masks must then come out the same in f32.
 */
export function randomModelWithMargin(
  config: DitConfig,
  inputs: readonly ReferenceInput[],
  options: RandomModelOptions,
  margin = 1e-3,
): RandomModel {
  for (let { seed } = options; ; seed++) {
    const model = randomModel(config, { ...options, seed });
    const margins = inputs.flatMap((input) =>
      [true, false].map((width) => {
        const gates = { width, tokens: true, shift: options.shift };
        return referenceForward(config, model.tensors, input, gates).margin;
      }),
    );
    if (Math.min(...margins) >= margin) return model;
  }
}

/** Random latent of unit variance, (C, S, S). */
export function randomLatent(config: DitConfig, seed: number): Float32Array<ArrayBuffer> {
  const random = uniformSource(seed);
  return new Float32Array(config.inChannels * config.inputSize ** 2).map(random);
}

/** Standard deviation of a tensor's elements, by its key. */
function deviationOf(key: string, shape: readonly number[]): number {
  const isRouter = key.includes('router') || key.endsWith('mlp_head.2.weight');
  if (key.endsWith('.bias')) return key.includes('adaLN') || isRouter ? 0.5 : 0.1;
  const isLabel = key.includes('embedding_table') || key.startsWith('a_embedder');
  if (key === 'pos_embed' || isLabel) return 0.5;
  const inputs = size(shape) / shape[0];
  return (isRouter ? 4 : 1) / Math.sqrt(inputs);
}

/**
 * logit = b + sum_j w_j relu(h_j) with h_j about N(0, 1), whose relu has mean 0.4: this bias puts
 * the logits' mean near 0, so that some tokens are kept and some are not.
 */
function centreTokenRouters(tensors: Map<string, Float32Array<ArrayBuffer>>): void {
  for (const [key, weight] of tensors) {
    if (!key.endsWith('mlp_head.2.weight')) continue;
    const mean = -0.4 * weight.reduce((sum, w) => sum + w, 0);
    tensors.set(key.replace('weight', 'bias'), Float32Array.of(halfToFloat(floatToHalf(mean))));
  }
}

function checkpointOf(
  tensors: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
  shapes: ReadonlyMap<string, readonly number[]>,
  dtype: 'f32' | 'f16',
): TensorMap {
  return new Map(
    [...tensors].map(([name, values]) => {
      const stored = dtype === 'f16' ? Uint16Array.from(values, floatToHalf) : values;
      const bytes = () => Promise.resolve(new Uint8Array(stored.slice().buffer));
      return [name, { name, dtype, shape: shapes.get(name) ?? [], bytes }];
    }),
  );
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Uniform numbers of mean 0 and variance 1 (a 32-bit congruential generator, good for weights). */
function uniformSource(seed: number): () => number {
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.sqrt(12) * (state / 2 ** 32 - 0.5);
  };
}
