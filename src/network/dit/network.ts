import { wholeAxis } from '../../ops/axis';
import type { Program } from '../../ops/program';
import { chunk, Recorder } from '../../ops/recorder';
import { denseFloats, denseWords, rowsOf } from '../../ops/tensor';
import type { Gate } from '../../ops/width';
import { isToldEnd, outChannels, tokenCount, type DitConfig } from '../config';
import { frequencyColumns, type DitLayers } from './layers';

/*
 * The network as the paper has it (DiT, arXiv 2212.09748, figure 3; DyDiT, arXiv 2410.03456,
 * section 3), in three programs by what their results depend on:
 *   time          timesteps alone: temb and the width routers, once a run; of both ends of every step
 *                 where the network is told them
 *   conditioning  timestep and label: the modulation of every block, several evaluations at once
 *   evaluation    the latent: the blocks themselves
 * B items, N tokens, D hidden size, H heads of E, G channels of an MLP group, T evaluations of a run.
 */

/** The ends of a sampler's step. Without jumps nothing is told where a step ends. */
export type StepEnd = 'begin' | 'end';

export function stepEnds(jumps: boolean): readonly StepEnd[] {
  return jumps ? ['begin', 'end'] : ['begin'];
}

/** Storage that the programs share, by the names they bind it with. */
export const external = {
  frequencies: (at: StepEnd) => `frequencies.${at}`, // (T, 256)
  temb: (at: StepEnd) => `temb.${at}`, // (T, D)
  logits: (at: StepEnd) => `logits.${at}`, // (T, 2L(H-1))
  label: 'label', // (B, D)
  latent: 'latent', // (images * C, S * S)
  prediction: 'prediction', // (B * Cout, S * S)
  kept: 'kept', // (L, B*N)
  /** (evaluations at once * B, 6D) of a block, 2D of the final layer. */
  modulation: (layer: number | 'final') => `modulation.${layer}`,
} as const;

/** Storage of `time` by name: its sizes are needed before anything is compiled. */
export function timeSpecs({ hiddenSize }: DitConfig, { widthRouters }: DitLayers, times: number) {
  return {
    frequencies: denseFloats(times, frequencyColumns),
    temb: rowsOf(times, wholeAxis(hiddenSize)),
    logits: rowsOf(times, widthRouters?.n ?? wholeAxis(1)),
  };
}

/** Sizes of `time`. */
export interface TimeSize {
  /** T */
  readonly times: number;
  /** Whether the network is told where steps end. */
  readonly jumps: boolean;
}

export function recordTime(
  config: DitConfig,
  layers: DitLayers,
  { times, jumps }: TimeSize,
): Program {
  const net = new Recorder('Time');
  const specs = timeSpecs(config, layers, times);
  for (const at of stepEnds(jumps)) {
    const frequencies = net.external(external.frequencies(at), specs.frequencies); // (T, 256)
    const temb = net.external(external.temb(at), specs.temb); // (T, D)
    const hidden = net.linear(frequencies, layers.timeIn, { activation: 'silu' }); // (T, D)
    net.linear(hidden, layers.timeOut, { into: temb }); // (T, D)
    if (layers.widthRouters) {
      const logits = net.external(external.logits(at), specs.logits); // (T, 2L(H-1))
      net.linear(temb, layers.widthRouters, { into: logits }); // (T, 2L(H-1))
    }
  }
  return net.finish();
}

/** Sizes of `conditioning`. */
export interface ConditioningSize extends TimeSize {
  /** Evaluations made at once. */
  readonly evaluations: number;
  /** B */
  readonly items: number;
}

/** Modulation of `size.evaluations` evaluations, from the run's `evaluation` on. */
export function recordConditioning(
  config: DitConfig,
  layers: DitLayers,
  { times, evaluations, items, jumps }: ConditioningSize,
): Program {
  const net = new Recorder('Conditioning');
  const width = wholeAxis(config.hiddenSize);
  const label = net.external(external.label, denseFloats(items, config.hiddenSize)); // (B, D)
  const conditionAt = (at: StepEnd) => {
    const temb = net.external(external.temb(at), rowsOf(times, width)); // (T, D)
    return net.condition(temb, label, evaluations); // SiLU(c) (evaluations * B, D)
  };
  const begins = conditionAt('begin');
  const ends = jumps ? conditionAt('end') : begins;
  const rows = evaluations * items;
  for (const [layer, { adaLN }] of layers.blocks.entries()) {
    const into = net.external(external.modulation(layer), rowsOf(rows, adaLN.n));
    const condition = isToldEnd(config, layer) ? ends : begins;
    net.linear(condition, adaLN, { into }); // (evaluations * B, 6D)
  }
  const { finalAdaLN } = layers;
  const into = net.external(external.modulation('final'), rowsOf(rows, finalAdaLN.n));
  net.linear(ends, finalAdaLN, { into }); // (evaluations * B, 2D)
  return net.finish();
}

/** Sizes of `evaluation`. */
export interface EvaluationSize {
  /** B */
  readonly items: number;
  /** Latents that the items show, item i image i mod images. */
  readonly images: number;
  /** Latents that are there, `images` or more. */
  readonly latentItems: number;
  /** Rows of the modulation tensors. */
  readonly modulationRows: number;
  /** Whether the token routers are asked. */
  readonly dynamicTokens: boolean;
  /** Added to what they say; 0 if absent. */
  readonly routerShift?: number;
}

/** The forward pass of the blocks: latent -> prediction, and the token gates on the way. */
export function recordEvaluation(
  config: DitConfig,
  layers: DitLayers,
  size: EvaluationSize,
): Program {
  const { items, images, dynamicTokens, routerShift } = size;
  const { inChannels: channels, inputSize: side, patchSize: patch } = config;
  const tokens = tokenCount(config); // N
  const net = new Recorder('Evaluation');
  const modulationOf = (
    layer: number | 'final',
    { n }: { readonly n: { groups: number; group: number } },
  ) => net.external(external.modulation(layer), rowsOf(size.modulationRows, n));

  const latent = net.external(external.latent, denseFloats(size.latentItems * channels, side ** 2));
  const kept = net.external(external.kept, denseWords(config.depth, items * tokens)); // (L, B*N)
  const shape = { items, images, channels, side, patch };
  const x = net.patchEmbed(latent, layers.patchEmbed, layers.positions, shape); // (B*N, D)
  for (const [layer, block] of layers.blocks.entries()) {
    const modulation = modulationOf(layer, block.adaLN); // (evaluations * B, 6D)
    const [shift1, scale1, gate1, shift2, scale2, gate2] = chunks(6, (i) => chunk(modulation, i)); // (B, D) each
    const heads: Gate = { layer, unit: 'heads', repeat: 1 };
    const groups: Gate = { layer, unit: 'groups', repeat: 1 };

    const attentionIn = net.norm(x, { shift: shift1, scale: scale1 }, { tokens }); // (B*N, D)
    const qkv = net.linear(attentionIn, block.qkv, { n: { ...heads, repeat: 3 } }); // (B*N, 3, heads, E)
    const attended = net.attention(qkv, heads, { items, tokens }); // (B*N, heads, E)
    net.addGated(x, gate1, attended, block.proj, { tokens, k: heads }); // x (B*N, D)

    const rows =
      dynamicTokens && block.tokenRouter
        ? net.selectTokens(x, block.tokenRouter, kept, { keptRow: layer, shift: routerShift }) // kept of B*N
        : undefined;
    const mlpIn = net.norm(x, { shift: shift2, scale: scale2 }, { tokens, rows }); // (kept, D)
    const hidden = net.linear(mlpIn, block.fc1, { activation: 'gelu', n: groups, rows }); // (kept, groups, G)
    net.addGated(x, gate2, hidden, block.fc2, { tokens, k: groups, rows }); // x (B*N, D)
  }
  const modulation = modulationOf('final', layers.finalAdaLN); // (evaluations * B, 2D)
  const [shift, scale] = chunks(2, (i) => chunk(modulation, i)); // (B, D) each
  const finalIn = net.norm(x, { shift, scale }, { tokens }); // (B*N, D)
  const patches = net.linear(finalIn, layers.finalLinear); // (B*N, P*P*Cout)
  const out = outChannels(config); // Cout
  const prediction = net.external(external.prediction, denseFloats(items * out, side ** 2));
  net.unpatchify(patches, prediction, { items, channels: out, side, patch }); // (B*Cout, S*S)
  return net.finish();
}

function chunks<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
