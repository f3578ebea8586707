import { readFloat32, readHalfBits } from '../decode';
import { expectFinite, float16Format, float32Format } from '../finite';
import { elementCount } from '../layout';
import { scaleSuffix } from '../layouts/scaled-int8';
import { release } from '../release';
import { scaleGroups } from '../scaled-bytes';
import type { CheckpointTensor } from '../tensor';
import { quantise } from './quantise';

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
          const { integers, scales } = quantise(values, rows * groups);
          release(values);
          return [new Uint8Array(integers.buffer), new Uint8Array(scales.buffer)];
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
