import { joined, littleEndian, utf8 } from './bytes';

/** A tensor of a safetensors file as the format has it. */
export interface WrittenTensor {
  readonly name: string;
  /** 'F32', 'BF16' */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file of any types, apart from the project's own writer. */
export function writeSafetensors(tensors: readonly WrittenTensor[]): Uint8Array<ArrayBuffer> {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const data_offsets = [at, (at += bytes.length)];
    return [name, { dtype, shape, data_offsets }] as const;
  });
  const header = utf8(JSON.stringify(Object.fromEntries(entries)));
  return joined([littleEndian(header.length, 8), header, ...tensors.map(({ bytes }) => bytes)]);
}
