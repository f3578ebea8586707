import type { Axis } from '../../ops/axis';
import type { TensorSpec } from '../../ops/tensor';

/** Kernels read four elements at once, so that every group of a padded axis starts at a multiple. */
const vector = 4;

/** Elements a group takes in memory; the padding is zero in weights and so in results. */
export function paddedGroup({ group }: Axis): number {
  return Math.ceil(group / vector) * vector;
}

/** Elements of a padded axis. */
export function paddedLength(axis: Axis): number {
  return axis.groups * paddedGroup(axis);
}

/** A length in vec4. */
export function inVectors(elements: number): number {
  return elements / vector;
}

/** Where each element of an axis lies after padding. */
export function paddedIndices(axis: Axis): Uint32Array<ArrayBuffer> {
  const indices = new Uint32Array(axis.groups * axis.group);
  const stride = paddedGroup(axis);
  for (let i = 0; i < indices.length; i++) {
    indices[i] = Math.floor(i / axis.group) * stride + (i % axis.group);
  }
  return indices;
}

/** Elements from one row of a tensor to the next. */
export function rowStride({ axis, layout }: TensorSpec): number {
  return layout === 'dense' ? axis.groups * axis.group : paddedLength(axis);
}

/** Bytes of a tensor; every element is a word. */
export function byteLength(spec: TensorSpec): number {
  return 4 * spec.rows * rowStride(spec);
}

/** Numbers or words. */
export type Elements = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * Spreads groups of `from` elements to groups of `to` elements: pads where `to` is larger, drops
 * the padding where it is smaller.
 * @param groups how many groups
 * @param out zeroed, groups * to long
 */
export function regroup<T extends Elements | Uint16Array<ArrayBuffer>>(
  values: T,
  groups: number,
  { from, to }: { readonly from: number; readonly to: number },
  out: T,
): T {
  const count = Math.min(from, to);
  for (let group = 0; group < groups; group++) {
    out.set(values.subarray(group * from, group * from + count), group * to);
  }
  return out;
}
