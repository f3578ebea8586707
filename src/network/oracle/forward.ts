import { classRows, type DitConfig } from '../config';
import { geluTanh, relu, silu } from './activations';
import { attention } from './attention';
import { maskTokens, maskUnits, tokenMask, widthMask } from './gates';
import { linear } from './linear';
import { layerNorm, modulate } from './normalization';
import { patchEmbed, unpatchify } from './patches';
import { add, addGated } from './residual';
import { TIMESTEP_COLUMNS, positionSinusoids, timestepSinusoids } from './sinusoids';
import { tokenRouterWidth } from './state-dict';
import { ReferenceWeights, type ReferenceTensors } from './weights';

/** One item; a batch is as many calls. */
export interface ReferenceInput {
  /** (C, S, S) */
  readonly x: ArrayLike<number>;
  /** Timestep as the network receives it: 0..999, or 1000 times a flow model's time. */
  readonly t: number;
  /** Class; `numClasses` is the null class. */
  readonly y: number;
  /** Style; `numStyles` is the null style. Ignored where the model has no styles. */
  readonly s?: number;
  /** In place of y and s: labels, each by its weight, which come to 1. */
  readonly mix?:
    readonly { readonly y: number; readonly s?: number; readonly weight: number }[] | undefined;
  /** Where the step from t ends, for the mean velocity of the way; t if absent. */
  readonly r?: number;
  /** Linear inputs (K); 0 if absent. */
  readonly a?: ArrayLike<number>;
}

/** Which routers are obeyed; the others leave everything open. */
export interface ReferenceGates {
  /** Heads and MLP groups. */
  readonly width: boolean;
  readonly tokens: boolean;
  /** The budget: added to every logit of a router; 0 if absent. */
  readonly shift?: number | undefined;
}

export interface ReferenceOutput {
  /** (Cout, S, S) */
  readonly out: Float64Array;
  /** (L, H) of 0 and 1 */
  readonly attnMask: Uint8Array;
  /** (L, H) of 0 and 1 */
  readonly mlpMask: Uint8Array;
  /** (L, N) of 0 and 1 */
  readonly tokenMask: Uint8Array;
  /**
   * Smallest |logit| of the routers obeyed, Infinity where there are none: masks made in lower
   * precision must agree where their logits are off by less.
   */
  readonly margin: number;
}

/**
 * DiT and DyDiT in plain f64, every mask multiplied into the dense result: the oracle of the
 * engine's sliced and gathered path. For tests. Letters as in `DitConfig`.
 * @throws DyditError `checkpoint-broken` where a tensor is missing or of another size
 */
export function referenceForward(
  config: DitConfig,
  tensors: ReferenceTensors,
  input: ReferenceInput,
  gates: ReferenceGates,
): ReferenceOutput {
  const { hiddenSize: D, numHeads: H, depth: L, inChannels: C, patchSize: P } = config;
  const grid = { size: config.inputSize, patch: P };
  const side = config.inputSize / P;
  const N = side ** 2;
  const F = config.mlpRatio * D;
  const Cout = config.learnSigma ? 2 * C : C;
  const weights = new ReferenceWeights(tensors);
  const masks = openMasks(config, N);
  const shifted = (logits: Float64Array) => logits.map((logit) => logit + (gates.shift ?? 0));
  let margin = Infinity;

  const labels = labelEmbedding(weights, config, input); // (D)
  const conditions = (t: number) => {
    const temb = timestepEmbedding(weights, config, t); // (D)
    return { temb, c: silu(add(temb, labels)) }; // (D) each
  };
  const begin = conditions(input.t);
  const end = input.r === undefined ? begin : conditions(input.r);

  const patches = patchEmbed(input.x, grid, weights.linear('x_embedder.proj', C * P * P, D)); // (N, D)
  let x = add(patches, positions(weights, side, D)); // (N, D)

  for (let layer = 0; layer < L; layer++) {
    const block = `blocks.${layer}`;
    const { temb, c } = layer >= L - (config.jumpBlocks ?? 0) ? end : begin;
    const attnMask = masks.attnMask.subarray(layer * H, (layer + 1) * H); // (H)
    const mlpMask = masks.mlpMask.subarray(layer * H, (layer + 1) * H); // (H)
    const keep = masks.tokenMask.subarray(layer * N, (layer + 1) * N); // (N)

    if (gates.width && config.dynamic) {
      const headLogits = shifted(
        linear(temb, weights.linear(`${block}.attn_rate.router`, D, H - 1)),
      ); // (H-1)
      const groupLogits = shifted(
        linear(temb, weights.linear(`${block}.mlp_rate.router`, D, H - 1)),
      ); // (H-1)
      attnMask.set(widthMask(headLogits));
      mlpMask.set(widthMask(groupLogits));
      margin = Math.min(margin, smallest(headLogits), smallest(groupLogits));
    }

    const modulation = linear(c, weights.linear(`${block}.adaLN_modulation.1`, D, 6 * D)); // (6D)
    const [shift1, scale1, gate1, shift2, scale2, gate2] = chunks(modulation, 6); // (D) each

    const attnIn = modulate(layerNorm(x, D), shift1, scale1); // (N, D)
    const qkv = linear(attnIn, weights.linear(`${block}.attn.qkv`, D, 3 * D)); // (N, 3D)
    const heads = maskUnits(attention(qkv, N, H), attnMask, D / H); // (N, D)
    const attnOut = linear(heads, weights.linear(`${block}.attn.proj`, D, D)); // (N, D)
    x = addGated(x, gate1, attnOut); // (N, D)

    if (gates.tokens && config.dynamic) {
      const tokenLogits = shifted(tokenRouter(weights, `${block}.token_selection.mlp_head`, x, D)); // (N)
      keep.set(tokenMask(tokenLogits));
      margin = Math.min(margin, smallest(tokenLogits));
    }

    const mlpIn = modulate(layerNorm(x, D), shift2, scale2); // (N, D)
    const hidden = geluTanh(linear(mlpIn, weights.linear(`${block}.mlp.fc1`, D, F))); // (N, F)
    const groups = maskUnits(hidden, mlpMask, F / H); // (N, F)
    const mlpOut = linear(groups, weights.linear(`${block}.mlp.fc2`, F, D)); // (N, D)
    x = addGated(x, gate2, maskTokens(mlpOut, keep)); // (N, D)
  }

  const modulation = linear(end.c, weights.linear('final_layer.adaLN_modulation.1', D, 2 * D)); // (2D)
  const [shift, scale] = chunks(modulation, 2); // (D) each
  const finalIn = modulate(layerNorm(x, D), shift, scale); // (N, D)
  const pixels = linear(finalIn, weights.linear('final_layer.linear', D, P * P * Cout)); // (N, P*P*Cout)
  return { out: unpatchify(pixels, grid), ...masks, margin };
}

/** t -> (D) */
function timestepEmbedding(
  weights: ReferenceWeights,
  { hiddenSize: D, timeFrequencies }: DitConfig,
  t: number,
): Float64Array {
  const sinusoids = timestepSinusoids(t, timeFrequencies); // (256)
  const hidden = silu(linear(sinusoids, weights.linear('t_embedder.mlp.0', TIMESTEP_COLUMNS, D))); // (D)
  return linear(hidden, weights.linear('t_embedder.mlp.2', D, D)); // (D)
}

/** sum_m w_m (class_m + style_m) + W a, as far as the model has styles and linear inputs -> (D) */
function labelEmbedding(
  weights: ReferenceWeights,
  config: DitConfig,
  { y, s, mix = [{ y, s, weight: 1 }], a }: ReferenceInput,
): Float64Array {
  const { hiddenSize: D, numStyles, conditions: K = 0 } = config;
  const table = (name: string, rows: number, row: number) =>
    weights.row(`${name}.embedding_table.weight`, rows, D, row); // (D)
  let sum: Float64Array = new Float64Array(D); // (D)
  for (const { y, s = numStyles, weight } of mix) {
    const scaled = (row: Float64Array) => row.map((value) => weight * value);
    sum = add(sum, scaled(table('y_embedder', classRows(config), y)));
    if (numStyles > 0) sum = add(sum, scaled(table('s_embedder', numStyles + 1, s)));
  }
  if (!a || K === 0) return sum;
  const weight = weights.tensor('a_embedder.weight', D * K); // (D, K)
  return add(sum, linear(Float64Array.from(a), { weight, bias: new Float64Array(D) }));
}

/** The checkpoint's table where it has one -> (N, D) */
function positions(weights: ReferenceWeights, side: number, D: number): Float64Array {
  if (weights.has('pos_embed')) return weights.tensor('pos_embed', side ** 2 * D);
  return positionSinusoids(side, D);
}

/** x (N, D) -> logits (N) */
function tokenRouter(
  weights: ReferenceWeights,
  key: string,
  x: Float64Array,
  D: number,
): Float64Array {
  const R = tokenRouterWidth(D);
  const hidden = relu(linear(x, weights.linear(`${key}.0`, D, R))); // (N, R)
  return linear(hidden, weights.linear(`${key}.2`, R, 1)); // (N)
}

function openMasks({ depth, numHeads }: DitConfig, tokens: number) {
  return {
    attnMask: new Uint8Array(depth * numHeads).fill(1), // (L, H)
    mlpMask: new Uint8Array(depth * numHeads).fill(1), // (L, H)
    tokenMask: new Uint8Array(depth * tokens).fill(1), // (L, N)
  };
}

/** `count` equal parts of a vector, in order. */
function chunks(vector: Float64Array, count: number): Float64Array[] {
  const size = vector.length / count;
  return Array.from({ length: count }, (_, i) => vector.subarray(i * size, (i + 1) * size));
}

function smallest(logits: Float64Array): number {
  return logits.reduce((least, logit) => Math.min(least, Math.abs(logit)), Infinity);
}
