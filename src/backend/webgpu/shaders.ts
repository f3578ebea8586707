import attention from '../../../shaders/attention.wgsl?raw';
import attentionSubgroup from '../../../shaders/attention_subgroup.wgsl?raw';
import attentionTiled from '../../../shaders/attention_tiled.wgsl?raw';
import condition from '../../../shaders/condition.wgsl?raw';
import conv from '../../../shaders/conv.wgsl?raw';
import drawWeights from '../../../shaders/draw_weights.wgsl?raw';
import estimate from '../../../shaders/estimate.wgsl?raw';
import groupNorm from '../../../shaders/group_norm.wgsl?raw';
import groupStatistics from '../../../shaders/group_statistics.wgsl?raw';
import guidance from '../../../shaders/guidance.wgsl?raw';
import latentToPixels from '../../../shaders/latent_to_pixels.wgsl?raw';
import activations from '../../../shaders/lib/activations.wgsl?raw';
import attentionOperands from '../../../shaders/lib/attention_operands.wgsl?raw';
import attentionTiles from '../../../shaders/lib/attention_tiles.wgsl?raw';
import convOperands from '../../../shaders/lib/conv_operands.wgsl?raw';
import convRows from '../../../shaders/lib/conv_rows.wgsl?raw';
import finite from '../../../shaders/lib/finite.wgsl?raw';
import latentDims from '../../../shaders/lib/latent_dims.wgsl?raw';
import linearAddGated from '../../../shaders/lib/linear_add_gated.wgsl?raw';
import linearOperands from '../../../shaders/lib/linear_operands.wgsl?raw';
import linearPatches from '../../../shaders/lib/linear_patches.wgsl?raw';
import linearStore from '../../../shaders/lib/linear_store.wgsl?raw';
import linearTiles from '../../../shaders/lib/linear_tiles.wgsl?raw';
import loadWeights from '../../../shaders/lib/load_weights.wgsl?raw';
import loadXAlone from '../../../shaders/lib/load_x_alone.wgsl?raw';
import loadXQuad from '../../../shaders/lib/load_x_quad.wgsl?raw';
import multiplyAdd from '../../../shaders/lib/multiply_add.wgsl?raw';
import normModulate from '../../../shaders/lib/norm_modulate.wgsl?raw';
import rowStatistics from '../../../shaders/lib/row_statistics.wgsl?raw';
import rowsAll from '../../../shaders/lib/rows_all.wgsl?raw';
import rowsKept from '../../../shaders/lib/rows_kept.wgsl?raw';
import step from '../../../shaders/lib/step.wgsl?raw';
import tileF16 from '../../../shaders/lib/tile_f16.wgsl?raw';
import tileF32 from '../../../shaders/lib/tile_f32.wgsl?raw';
import weightF16 from '../../../shaders/lib/weight_f16.wgsl?raw';
import weightF16Packed from '../../../shaders/lib/weight_f16_packed.wgsl?raw';
import weightF32 from '../../../shaders/lib/weight_f32.wgsl?raw';
import weightI8 from '../../../shaders/lib/weight_i8.wgsl?raw';
import widthTable from '../../../shaders/lib/width_table.wgsl?raw';
import workgroupSum from '../../../shaders/lib/workgroup_sum.wgsl?raw';
import xNormed from '../../../shaders/lib/x_normed.wgsl?raw';
import xPlain from '../../../shaders/lib/x_plain.wgsl?raw';
import linearFew from '../../../shaders/linear_few.wgsl?raw';
import linearNaive from '../../../shaders/linear_naive.wgsl?raw';
import linearRegister from '../../../shaders/linear_register.wgsl?raw';
import linearSubgroup from '../../../shaders/linear_subgroup.wgsl?raw';
import linearTall from '../../../shaders/linear_tall.wgsl?raw';
import linearTiled from '../../../shaders/linear_tiled.wgsl?raw';
import norm from '../../../shaders/norm.wgsl?raw';
import padRows from '../../../shaders/pad_rows.wgsl?raw';
import patchEmbed from '../../../shaders/patch_embed.wgsl?raw';
import picture from '../../../shaders/picture.wgsl?raw';
import pixelAttention from '../../../shaders/pixel_attention.wgsl?raw';
import rowMoments from '../../../shaders/row_moments.wgsl?raw';
import tokenRouter from '../../../shaders/token_router.wgsl?raw';
import unpatchify from '../../../shaders/unpatchify.wgsl?raw';
import update from '../../../shaders/update.wgsl?raw';

/* The only place where WGSL files are put together. */

/** What WGSL wants at the head of a text. */
const directive = /^(?:enable|diagnostic)\b.*;$/gm;

/** A number of the module, also one that a pipeline sets, with what is said of it. */
const number = /^(?:const|override)\b[^(;]*;.*$/gm;

/**
 * How weights lie in GPU memory: f32, f16 read with shader-f16, f16 pairs read without, or int8 with a
 * scale for every output column and group of K. All are widened to f32 as they are read.
 */
export type WeightStorage = 'f32' | 'f16' | 'f16-packed' | 'i8';

/** `load_weight` of each storage, for a shader that reads weights. */
const weightReaders: Readonly<Record<WeightStorage, string>> = {
  f32: weightF32,
  f16: weightF16,
  'f16-packed': weightF16Packed,
  i8: weightI8,
};

export const activationsSource = activations;

/** The uniform that changes from run to run. */
export const stepSource = step;

const gated = compose(step, widthTable);
const attended = compose(gated, attentionOperands);
const tiles = compose(multiplyAdd, loadWeights);
const normed = compose(rowStatistics, normModulate);

/** Which tokens are the rows of a kernel. */
const rowSources = { all: rowsAll, kept: rowsKept } as const;

/** Shaders without weights. */
export const plainShaders = {
  attention: compose(attended, attention),
  attentionSubgroup: compose(attended, attentionTiles, attentionSubgroup),
  attentionTiled: compose(attended, attentionTiles, attentionTiled),
  condition: compose(step, activations, condition),
  drawWeights,
  estimate: compose(latentDims, estimate),
  groupNorm: compose(activations, groupNorm),
  groupStatistics: compose(workgroupSum, groupStatistics),
  guidance,
  latentToPixels: compose(finite, latentToPixels),
  norm: compose(step, rowsAll, normed, norm),
  normKept: compose(step, rowsKept, normed, norm),
  padRows,
  picture: compose(finite, picture),
  pixelAttention,
  rowMoments,
  tokenRouter,
  unpatchify,
  update: compose(latentDims, finite, update),
} as const;

export type PlainShader = keyof typeof plainShaders;

/** Shaders that read weights, without the reader. */
export const weightedShaders = {
  conv: compose(tiles, convOperands, conv),
  patchEmbed,
} as const;

export type WeightedShader = keyof typeof weightedShaders;

export function weightedSource(name: WeightedShader, storage: WeightStorage): string {
  return compose(weightReaders[storage], weightedShaders[name]);
}

/** Ways to walk a matrix product. */
const linearCores = {
  naive: compose(tiles, linearNaive),
  register: compose(tiles, loadXAlone, linearRegister),
  quad: compose(tiles, loadXQuad, linearRegister),
  few: compose(tiles, linearFew),
  subgroup: compose(tiles, linearSubgroup),
  tiled: compose(multiplyAdd, tileF32, linearTiles, linearTiled),
  tall: compose(multiplyAdd, tileF32, linearTiles, linearTall),
  half: compose(tileF16, linearTiles, linearTiled),
} as const;

export type LinearCore = keyof typeof linearCores;

/** What becomes of the values of a matrix product. */
const linearEnds = {
  Store: compose(activations, linearStore),
  AddGated: linearAddGated,
  Patches: linearPatches,
} as const;

export type LinearEnd = keyof typeof linearEnds;

/** What a matrix product is put together from. */
export interface LinearParts {
  readonly storage: WeightStorage;
  readonly end: LinearEnd;
  /** Whether x is normed and modulated as it is read. */
  readonly normed: boolean;
  /** Whether the rows are the kept tokens. */
  readonly kept: boolean;
}

export function linearSource(core: LinearCore, parts: LinearParts): string {
  return compose(
    weightReaders[parts.storage],
    gated,
    rowSources[parts.kept ? 'kept' : 'all'],
    linearOperands,
    parts.normed ? compose(normed, xNormed) : xPlain,
    linearEnds[parts.end],
    linearCores[core],
  );
}

/** A convolution as a matrix product. */
export function convSource(core: LinearCore, storage: WeightStorage): string {
  return compose(weightReaders[storage], convOperands, convRows, linearCores[core]);
}

/** Every text that kernels are made of: what was measured with others is of no use. */
export function allSources(): readonly string[] {
  return [
    ...Object.values(weightReaders),
    ...Object.values(plainShaders),
    ...Object.values(weightedShaders),
    ...Object.values(linearCores),
    ...Object.values(linearEnds),
    ...Object.values(rowSources),
    ...[linearOperands, convOperands, convRows, xNormed, xPlain],
  ];
}

/**
 * Texts one after the other. Their directives come first, once, as WGSL asks for; then the numbers, in
 * their order, which WGSL takes anywhere: naga, the compiler of Firefox, panics on an override that it
 * meets after an array whose size is made of others (seen in naga 27 and 29).
 */
function compose(...parts: readonly string[]): string {
  const text = parts.join('\n');
  const directives = new Set(text.match(directive));
  const numbers = text.match(number) ?? [];
  const rest = text.replace(directive, '').replace(number, '');
  return [...directives, ...numbers, rest].join('\n');
}
