import attention from '../../../shaders/attention.wgsl?raw';
import compactTokens from '../../../shaders/compact_tokens.wgsl?raw';
import condition from '../../../shaders/condition.wgsl?raw';
import conv1x1 from '../../../shaders/conv1x1.wgsl?raw';
import conv3x3 from '../../../shaders/conv3x3.wgsl?raw';
import estimate from '../../../shaders/estimate.wgsl?raw';
import groupNormApply from '../../../shaders/group_norm_apply.wgsl?raw';
import groupNormChunks from '../../../shaders/group_norm_chunks.wgsl?raw';
import groupNormMerge from '../../../shaders/group_norm_merge.wgsl?raw';
import guidance from '../../../shaders/guidance.wgsl?raw';
import latentToPixels from '../../../shaders/latent_to_pixels.wgsl?raw';
import activations from '../../../shaders/lib/activations.wgsl?raw';
import finite from '../../../shaders/lib/finite.wgsl?raw';
import latentDims from '../../../shaders/lib/latent_dims.wgsl?raw';
import linearAddGated from '../../../shaders/lib/linear_add_gated.wgsl?raw';
import linearOperands from '../../../shaders/lib/linear_operands.wgsl?raw';
import linearStore from '../../../shaders/lib/linear_store.wgsl?raw';
import loadWeights from '../../../shaders/lib/load_weights.wgsl?raw';
import multiplyAdd from '../../../shaders/lib/multiply_add.wgsl?raw';
import step from '../../../shaders/lib/step.wgsl?raw';
import weightF16 from '../../../shaders/lib/weight_f16.wgsl?raw';
import weightF16Packed from '../../../shaders/lib/weight_f16_packed.wgsl?raw';
import weightF32 from '../../../shaders/lib/weight_f32.wgsl?raw';
import widthTable from '../../../shaders/lib/width_table.wgsl?raw';
import workgroupSum from '../../../shaders/lib/workgroup_sum.wgsl?raw';
import linearNaive from '../../../shaders/linear_naive.wgsl?raw';
import linearRegister from '../../../shaders/linear_register.wgsl?raw';
import linearTiled from '../../../shaders/linear_tiled.wgsl?raw';
import norm from '../../../shaders/norm.wgsl?raw';
import padRows from '../../../shaders/pad_rows.wgsl?raw';
import patchEmbed from '../../../shaders/patch_embed.wgsl?raw';
import picture from '../../../shaders/picture.wgsl?raw';
import pixelAttention from '../../../shaders/pixel_attention.wgsl?raw';
import tokenRouter from '../../../shaders/token_router.wgsl?raw';
import unpatchify from '../../../shaders/unpatchify.wgsl?raw';
import update from '../../../shaders/update.wgsl?raw';

/* The only place where WGSL files are put together. */

/** How weights lie in GPU memory: f32, f16 read with shader-f16, or f16 pairs read without. */
export type WeightStorage = 'f32' | 'f16' | 'f16-packed';

/** `load_weight` of each storage, to stand before a shader of `weightedShaders`. */
export const weightReaders: Readonly<Record<WeightStorage, string>> = {
  f32: weightF32,
  f16: weightF16,
  'f16-packed': weightF16Packed,
};

export const activationsSource = activations;

/** The uniform that changes from run to run. */
export const stepSource = step;

const gated = compose(step, widthTable);
const store = compose(gated, activations, linearOperands, linearStore);
const addGated = compose(gated, linearOperands, linearAddGated);
const tiles = compose(multiplyAdd, loadWeights);

/** Shaders without weights. */
export const plainShaders = {
  attention: compose(gated, attention),
  compactTokens: compose(gated, compactTokens),
  condition: compose(step, activations, condition),
  estimate: compose(latentDims, estimate),
  groupNormApply: compose(activations, groupNormApply),
  groupNormChunks,
  groupNormMerge: compose(workgroupSum, groupNormMerge),
  guidance,
  latentToPixels,
  norm: compose(step, norm),
  padRows,
  picture: compose(finite, picture),
  pixelAttention,
  tokenRouter,
  unpatchify,
  update: compose(latentDims, finite, update),
} as const;

export type PlainShader = keyof typeof plainShaders;

/** Shaders that read weights, without the reader that comes first. */
export const weightedShaders = {
  conv1x1: compose(tiles, conv1x1),
  conv3x3: compose(tiles, conv3x3),
  naiveStore: compose(store, linearNaive),
  naiveAddGated: compose(addGated, linearNaive),
  registerStore: compose(store, tiles, linearRegister),
  registerAddGated: compose(addGated, tiles, linearRegister),
  tiledStore: compose(store, multiplyAdd, linearTiled),
  tiledAddGated: compose(addGated, multiplyAdd, linearTiled),
  patchEmbed,
} as const;

export type WeightedShader = keyof typeof weightedShaders;

function compose(...parts: readonly string[]): string {
  return parts.join('\n');
}
