import type { CheckpointTensor, TensorMap } from '../src/checkpoint/checkpoint';
import { drawHalves } from '../src/checkpoint/drawn-halves';
import { tokenCount, type DitConfig } from '../src/network/config';
import { stateDictShapes } from '../src/network/oracle/state-dict';

/**
 * The rate r of heads, of groups and of tokens, taken alike, that keeps a share of a block's
 * multiply-adds: a of attention times r and m of the MLP times r^2 are the share of a + m.
 */
export function rateOf(config: DitConfig, share: number): number {
  const { hiddenSize: D, mlpRatio } = config;
  const N = tokenCount(config);
  const a = 4 * N * D ** 2 + 2 * N ** 2 * D;
  const m = 2 * mlpRatio * N * D ** 2;
  return (-a + Math.sqrt(a ** 2 + 4 * m * share * (a + m))) / (2 * m);
}

/** What made-up weights are like. */
export interface SyntheticOptions {
  /** Of the multiply-adds, that remains with everything dynamic. */
  readonly share: number;
  /** Blocks that are there, of all that the gates are drawn for; all where absent. */
  readonly depth?: number | undefined;
  /** Of the products' weights; everything else is f32. `f32` where absent. */
  readonly dtype?: 'f16' | 'f32';
}

/**
 * A DyDiT of seeded weights under which nothing is negligible, whose gates keep a share of the work.
 * A tensor is made when it is read, and large halves where they are used, so that the largest model
 * takes no memory here.
 */
export function syntheticCheckpoint(
  config: DitConfig,
  { share, depth = config.depth, dtype = 'f32' }: SyntheticOptions,
): TensorMap {
  const rate = rateOf(config, share);
  const gates = {
    attn_rate: widthBiases(config, rate, 'attn_rate'),
    mlp_rate: widthBiases(config, rate, 'mlp_rate'),
  };
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, shape] of stateDictShapes({ ...config, depth })) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (dtype === 'f16' && size > leastDrawn && name.endsWith('.weight')) {
      const drawn = { seed: hashOf(name), deviation: deviationOf(name, shape), count: size };
      const bytes = () => Promise.resolve(new Uint8Array(drawHalves(drawn).buffer));
      tensors.set(name, { name, dtype, shape, drawn, bytes });
      continue;
    }
    const values = (): Float32Array<ArrayBuffer> => {
      const [, block, kind] = /^blocks\.(\d+)\.(attn_rate|mlp_rate)\.router\./.exec(name) ?? [];
      if (kind === 'attn_rate' || kind === 'mlp_rate') {
        return name.endsWith('.bias') ? gates[kind][Number(block)].slice() : new Float32Array(size);
      }
      if (name.includes('mlp_head')) return tokenRouter(name, shape, rate);
      return random(name, size, deviationOf(name, shape));
    };
    const bytes = () => Promise.resolve(new Uint8Array(values().buffer));
    tensors.set(name, { name, dtype: 'f32', shape, bytes });
  }
  return tensors;
}

/** Elements from which a weight is drawn by the backend, and not here. */
const leastDrawn = 65_536;

/**
 * Biases of the width routers, 1 or -1, (layers)(H - 1): with weights of 0 they are the gates at
 * every timestep. The first unit is always active, so the others have what is left of the rate.
 */
function widthBiases(
  { depth, numHeads }: DitConfig,
  rate: number,
  seed: string,
): readonly Float32Array<ArrayBuffer>[] {
  const units = depth * (numHeads - 1);
  const active = Math.round(rate * depth * numHeads) - depth;
  const order = [...random(seed, units, 1)].map((value, unit) => ({ value, unit }));
  order.sort((a, b) => a.value - b.value);
  const biases = new Float32Array(units).fill(-1);
  for (const { unit } of order.slice(0, active)) biases[unit] = 1;
  return Array.from({ length: depth }, (_, layer) =>
    biases.slice(layer * (numHeads - 1), (layer + 1) * (numHeads - 1)),
  );
}

/**
 * A token router whose rate does not hang on the size of what it reads: without biases, the logit
 * is a sum over the R hidden units, relu(h) times p for one half of them and -1 for the other. With
 * h about N(0, s^2) a relu has mean 0.399 s and variance 0.341 s^2, so the logit's mean over its
 * deviation is (p - 1) / sqrt(p^2 + 1) * 0.683 sqrt(R/2), and p makes that the quantile of the rate.
 */
function tokenRouter(
  name: string,
  shape: readonly number[],
  rate: number,
): Float32Array<ArrayBuffer> {
  if (name.endsWith('.bias')) return new Float32Array(shape[0]);
  const [rows, columns] = shape;
  if (name.endsWith('.0.weight')) return random(name, rows * columns, 1 / Math.sqrt(columns));
  const s = normalQuantile(rate) / (0.683 * Math.sqrt(columns / 2));
  const root = Math.sqrt(1 - (1 - s ** 2) ** 2);
  const p = (1 + Math.sign(s) * root) / (1 - s ** 2);
  return Float32Array.from({ length: columns }, (_, i) => (i % 2 === 0 ? p : -1));
}

/** z with P(N(0, 1) < z) = p (Abramowitz and Stegun, 26.2.23: to 4.5e-4). */
function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t ** 2;
  const below = 1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3;
  return t - above / below;
}

/** Standard deviation of a tensor's elements: activations of about 1, residuals' gates of about 1/3. */
function deviationOf(name: string, shape: readonly number[]): number {
  if (name.endsWith('.bias')) return name.includes('adaLN') ? 0.3 : 0.1;
  if (name === 'pos_embed' || name.includes('embedding_table')) return 0.5;
  return 1 / Math.sqrt(shape.slice(1).reduce((product, length) => product * length, 1));
}

/** Uniform numbers of mean 0, their own for every name: a 32-bit congruential generator. */
export function random(name: string, size: number, deviation: number): Float32Array<ArrayBuffer> {
  let state = hashOf(name);
  const scale = (deviation * Math.sqrt(12)) / 2 ** 32;
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = scale * (state - 2 ** 31);
  }
  return values;
}

/** FNV-1a, a word. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
