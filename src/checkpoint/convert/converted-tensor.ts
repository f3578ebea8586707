import { readFloat32, readHalfBits } from '../decode';
import { expectFinite, float16Format, float32Format } from '../finite';
import { floatToHalf, halfToFloat } from '../half';
import { elementCount } from '../layout';
import { scaleSuffix } from '../layouts/scaled-int8';
import { release } from '../release';
import { scaleGroups } from '../scaled-bytes';
import type { CheckpointTensor } from '../tensor';

/** What weights may be converted to; int8 has a scale for each row and group of its columns. */
export const targetDtypes = ['f32', 'f16', 'int8'] as const;

export type TargetDtype = (typeof targetDtypes)[number];

/** A tensor of the file that is written. */
export interface OutputTensor {
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'I8';
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** What one tensor of a checkpoint becomes: itself in another type, or integers and their scales. */
export interface ConvertedTensor {
  readonly source: CheckpointTensor;
  readonly outputs: readonly OutputTensor[];
  /**
   * The bytes of each output.
   * @throws DyditError `checkpoint-broken`, `weights-not-finite`; `checkpoint-unsupported` where a
   *   number is too large for the type
   */
  convert(): Promise<readonly Uint8Array<ArrayBuffer>[]>;
}

/** Says what a tensor becomes; nothing is read. */
export function convertedTensor(source: CheckpointTensor, target: TargetDtype): ConvertedTensor {
  const { name, shape } = source;
  const elements = elementCount(shape) ?? 0;
  const output = (dtype: 'F32' | 'F16', size: number): OutputTensor => ({
    ...{ name, dtype, shape, bytes: size * elements },
  });
  switch (target) {
    case 'f32':
      return { source, outputs: [output('F32', 4)], convert: async () => [await floats(source)] };
    case 'f16':
      return { source, outputs: [output('F16', 2)], convert: async () => [await halves(source)] };
    case 'int8': {
      const rows = shape[0];
      const groups = scaleGroups(elements / rows);
      const scale = { name: name + scaleSuffix, shape: [rows, groups], bytes: 2 * rows * groups };
      return {
        source,
        outputs: [
          { ...{ name, shape }, dtype: 'I8', bytes: elements },
          { ...scale, dtype: 'F16' },
        ],
        async convert() {
          const values = await readFinite(source);
          const quantised = quantise(values, rows * groups);
          release(values);
          return quantised;
        },
      };
    }
  }
}

async function readFinite(source: CheckpointTensor): Promise<Float32Array<ArrayBuffer>> {
  const values = await readFloat32(source);
  expectFinite(source.name, new Uint32Array(values.buffer), float32Format);
  return values;
}

async function floats(source: CheckpointTensor): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array((await readFinite(source)).buffer);
}

async function halves(source: CheckpointTensor): Promise<Uint8Array<ArrayBuffer>> {
  const bits = await readHalfBits(source);
  expectFinite(source.name, bits, float16Format);
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
}

/** Adding and subtracting it rounds a small double to an integer, ties to even. */
const roundingConstant = 1.5 * 2 ** 52;

/** The smallest half: the scale of a group of zeros. */
const smallestHalf = 2 ** -24;

/**
 * weight[group] ~ scale[group] * int8[group], as training/quantise.py does it with whole rows. The
 * scale is a little more than max/127, so that its rounding to a half puts no weight out of reach.
 * @param groups of equal length that `values` are
 */
function quantise(
  values: Float32Array,
  groups: number,
): readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const length = values.length / groups;
  const integers = new Int8Array(values.length);
  const scales = new Uint16Array(groups);
  for (let group = 0; group < groups; group++) {
    const start = group * length;
    let largest = 0;
    for (let i = start; i < start + length; i++) largest = Math.max(largest, Math.abs(values[i]));
    const wanted = (largest / 127) * (1 + 2 ** -10) + 2 ** -25;
    scales[group] = floatToHalf(Math.max(wanted, smallestHalf));
    const scale = halfToFloat(scales[group]);
    for (let i = start; i < start + length; i++) {
      integers[i] = values[i] / scale + roundingConstant - roundingConstant;
    }
  }
  return [new Uint8Array(integers.buffer), new Uint8Array(scales.buffer)];
}
