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
}

/** @throws DyditError naming the tensor that is missing or does not fit */
export async function readLabelTables(
  source: TensorSource,
  config: DitConfig,
): Promise<LabelTables> {
  const { numStyles, hiddenSize } = config;
  const table = (name: string, rows: number) =>
    source.float32(`${name}.embedding_table.weight`, [rows, hiddenSize]);
  return {
    classes: await table('y_embedder', classRows(config)),
    styles: numStyles > 0 ? await table('s_embedder', numStyles + 1) : undefined,
  };
}

/**
 * Embeddings of the items of a run: the images, then under guidance the same number of null labels.
 * @returns (B, D) row-major
 * @throws DyditError `invalid-request` where a model without a null class is to be guided
 */
export function labelEmbeddings(
  { numClasses, numStyles, hiddenSize, nullClass }: DitConfig,
  tables: LabelTables,
  labels: readonly Label[],
  guided: boolean,
): Float32Array<ArrayBuffer> {
  if (guided && nullClass === false) {
    throw new DyditError(
      'invalid-request',
      'This model was trained without a null class, so it has nothing to be guided away from.',
      'Set guidance to 1.',
    );
  }
  const nulls = guided ? labels.map(() => ({ classId: numClasses })) : [];
  const items: readonly Label[] = [...labels, ...nulls];
  const out = new Float32Array(items.length * hiddenSize);
  for (const [item, { classId, styleId = numStyles }] of items.entries()) {
    for (let i = 0; i < hiddenSize; i++) {
      const style = tables.styles?.[styleId * hiddenSize + i] ?? 0;
      out[item * hiddenSize + i] = tables.classes[classId * hiddenSize + i] + style;
    }
  }
  return out;
}
