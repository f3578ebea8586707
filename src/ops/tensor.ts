import { axisLength, type Axis } from './axis';

/** Shape and type of a tensor. */
export interface TensorSpec {
  readonly rows: number;
  readonly axis: Axis;
  readonly type: 'f32' | 'u32';
  /**
   * `rows`: the backend may pad each group of the axis as its kernels like it.
   * `dense`: rows * columns elements without gaps, for what crosses to other programs and the host
   * in bulk (latents, predictions, masks).
   */
  readonly layout: 'rows' | 'dense';
}

/** A tensor of a program. */
export interface Tensor extends TensorSpec {
  /** Its place in `Program.tensors`. */
  readonly id: number;
  /** Set where the storage is made outside and bound by this name. */
  readonly external?: string;
}

/** Elements without any padding. */
export function elementCount({ rows, axis }: TensorSpec): number {
  return rows * axisLength(axis);
}

/** A dense tensor of numbers (rows, columns). */
export function denseFloats(rows: number, columns: number): TensorSpec {
  return { rows, axis: { groups: 1, group: columns }, type: 'f32', layout: 'dense' };
}

/** A dense tensor of words (rows, columns). */
export function denseWords(rows: number, columns: number): TensorSpec {
  return { rows, axis: { groups: 1, group: columns }, type: 'u32', layout: 'dense' };
}

/** Rows of numbers that a backend may pad. */
export function rowsOf(rows: number, axis: Axis): TensorSpec {
  return { rows, axis, type: 'f32', layout: 'rows' };
}
