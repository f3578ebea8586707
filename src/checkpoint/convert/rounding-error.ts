import { readNumbers } from '../decode';
import { halfToFloat, halvesToFloats } from '../half';
import { release } from '../release';
import type { ConvertedTensor } from './converted-tensor';

/** How far the numbers of a converted tensor are from those it was made of. */
export interface RoundingError {
  /** Largest difference, over the largest magnitude. */
  readonly largest: number;
  /** Root of the mean square of the differences, over that of the numbers. */
  readonly rms: number;
}

/**
 * Compares what a tensor was converted to with what the file has, which is read for it.
 * @param parts what `tensor.convert` gave
 */
export async function roundingError(
  { source, outputs }: ConvertedTensor,
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<RoundingError> {
  const numbers = await readNumbers(source);
  const [{ dtype }] = outputs;
  const [bytes, scales] = parts;
  const valueAt = valuesOf(dtype, bytes, scales);
  let largest = 0;
  let magnitude = 0;
  let squares = 0;
  let size = 0;
  for (let i = 0; i < numbers.length; i++) {
    const difference = valueAt(i) - numbers[i];
    largest = Math.max(largest, Math.abs(difference));
    magnitude = Math.max(magnitude, Math.abs(numbers[i]));
    squares += difference ** 2;
    size += numbers[i] ** 2;
  }
  release(numbers);
  return size === 0
    ? { largest: 0, rms: 0 }
    : { largest: largest / magnitude, rms: Math.sqrt(squares / size) };
}

/** The number that element `i` stands for. */
function valuesOf(
  dtype: 'F32' | 'F16' | 'I8',
  bytes: Uint8Array<ArrayBuffer>,
  scales: Uint8Array<ArrayBuffer> | undefined,
): (i: number) => number {
  switch (dtype) {
    case 'F32': {
      const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      return (i) => floats[i];
    }
    case 'F16': {
      const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      return (i) => halfToFloat(halves[i]);
    }
    case 'I8': {
      const integers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      const scale = halvesToFloats(new Uint16Array((scales ?? new Uint8Array()).slice().buffer));
      const group = integers.length / scale.length;
      return (i) => integers[i] * scale[Math.floor(i / group)];
    }
  }
}
