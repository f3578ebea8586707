import type { TensorSource } from '../../checkpoint/tensor-source';
import { DyditError } from '../../errors';
import { classRows, type DitConfig } from '../config';

/** Class and style of one image; leave the style out for the null style. */
export interface Label {
  readonly classId: number;
  readonly styleId?: number;
}

/** A label, and how much of a mix it is. */
export interface WeightedLabel extends Label {
  /** 0 or more; only its share of the sum of a mix's weights counts. */
  readonly weight: number;
}

/** What an image shows: labels whose embeddings are mixed by their weights. */
export type LabelMix = readonly WeightedLabel[];

/** A label by itself. */
export function unmixed(label: Label): LabelMix {
  return [{ ...label, weight: 1 }];
}

/** Embedding tables of the labels, each with its null row last where it has one. */
export interface LabelTables {
  /** (classes, with the null class, D) */
  readonly classes: Float32Array;
  /** (styles + 1, D); absent where the model has no styles. */
  readonly styles?: Float32Array;
  /** (D, K), of the linear inputs; absent where the model has none. */
  readonly inputs?: Float32Array;
}

/** @throws DyditError naming the tensor that is missing or does not fit */
export async function readLabelTables(
  source: TensorSource,
  config: DitConfig,
): Promise<LabelTables> {
  const { numStyles, hiddenSize, conditions = 0 } = config;
  const table = (name: string, rows: number) =>
    source.float32(`${name}.embedding_table.weight`, [rows, hiddenSize]);
  return {
    classes: await table('y_embedder', classRows(config)),
    styles: numStyles > 0 ? await table('s_embedder', numStyles + 1) : undefined,
    inputs:
      conditions > 0
        ? await source.float32('a_embedder.weight', [hiddenSize, conditions])
        : undefined,
  };
}

/** What the images of a run are told besides the timestep. */
export interface ImageConditions {
  /** What each image shows. */
  readonly labels: readonly LabelMix[];
  /** Linear inputs of each image (K), the same for both halves of guidance; 0 where absent. */
  readonly inputs?: readonly ArrayLike<number>[];
}

/**
 * What the items of a run add to their timestep, `sum_m w_m (class_m + style_m) + W a`: the images,
 * then under guidance the same number with null labels. What weighs 0 is left out, so that the bits
 * are those of the labels that are left.
 * @returns (B, D) row-major
 * @throws DyditError `invalid-request` where a model without a null class is to be guided
 */
export function labelEmbeddings(
  config: DitConfig,
  tables: LabelTables,
  { labels, inputs }: ImageConditions,
  guided: boolean,
): Float32Array<ArrayBuffer> {
  const { numClasses, hiddenSize, nullClass } = config;
  if (guided && nullClass === false) {
    throw new DyditError(
      'invalid-request',
      'This model was trained without a null class, so it has nothing to be guided away from.',
      'Set guidance to 1.',
    );
  }
  const nulls = guided ? labels.map(() => unmixed({ classId: numClasses })) : [];
  const items = [...labels, ...nulls];
  const out = new Float32Array(items.length * hiddenSize);
  for (const [item, mix] of items.entries()) {
    const sum = mixed(config, tables, mix); // (D)
    const given = inputs?.[item % labels.length];
    if (given) addInputs(sum, tables.inputs, given);
    out.set(sum, item * hiddenSize);
  }
  return out;
}

/** (D) of a mix, the weights brought to a sum of 1. */
function mixed(
  { numStyles, hiddenSize }: DitConfig,
  tables: LabelTables,
  mix: LabelMix,
): Float64Array {
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const sum = new Float64Array(hiddenSize);
  for (const { classId, styleId = numStyles, weight } of mix) {
    if (weight === 0) continue;
    for (let i = 0; i < hiddenSize; i++) {
      const style = tables.styles?.[styleId * hiddenSize + i] ?? 0;
      sum[i] += (weight / total) * (tables.classes[classId * hiddenSize + i] + style);
    }
  }
  return sum;
}

/** sum (D) += W a; an input of 0 adds nothing, and changes no bit. */
function addInputs(
  sum: Float64Array,
  weight: Float32Array | undefined,
  inputs: ArrayLike<number>,
): void {
  if (!weight) return;
  for (let k = 0; k < inputs.length; k++) {
    if (inputs[k] === 0) continue;
    for (let i = 0; i < sum.length; i++) sum[i] += weight[i * inputs.length + k] * inputs[k];
  }
}
