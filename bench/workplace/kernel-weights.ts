import { quantise } from '../../src/checkpoint/convert/quantise';
import { floatToHalf, halfToFloat } from '../../src/checkpoint/half';
import { scaleGroups, widened } from '../../src/checkpoint/scaled-bytes';
import type { ProductValues } from '../../src/ops/layer';
import type { KernelCase, KernelStorage } from '../kernel-cases';
import { random } from '../synthetic';

/** Weights as a kernel gets them, and the numbers that they stand for. */
export interface KernelWeights {
  readonly stored: ProductValues;
  /** (columns, inner) */
  readonly values: Float32Array;
}

/** Weights of a product (columns, inner), the same each time. */
export function kernelWeights(
  { columns, inner }: KernelCase,
  storage: KernelStorage,
): KernelWeights {
  const floats = random('weight', columns * inner, 1 / Math.sqrt(inner));
  switch (storage) {
    case 'f32':
      return { stored: floats, values: floats };
    case 'f16': {
      const stored = Uint16Array.from(floats, floatToHalf);
      return { stored, values: Float32Array.from(stored, halfToFloat) };
    }
    case 'int8': {
      const { integers, scales } = quantise(floats, columns * scaleGroups(inner));
      const stored = { integers, scales: Float32Array.from(scales, halfToFloat) };
      return { stored, values: widened(stored) };
    }
  }
}
