import type { CheckpointDtype } from './tensor';

/** Bytes one element takes in the file. */
export const bytesPerElement: Readonly<Record<CheckpointDtype, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** What PyTorch allows; far above anything a model has. */
const maxRank = 64;

/**
 * Number of elements of a shape, or undefined where the shape is none: a negative or fractional
 * size, too many axes, or a product past 2^53.
 */
export function elementCount(shape: readonly number[]): number | undefined {
  if (shape.length > maxRank) return undefined;
  let count = 1;
  for (const size of shape) {
    if (!isSize(size)) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** True for an integer of 0..2^53-1: a size, a stride or an offset. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
