import { Op, type Opcode } from '../../../assembly/fields';

/** The fields of one kind of op record: an enum of assembly/fields.ts. */
type Fields = Readonly<Record<string, string | number>>;

/** A number for each field. */
export type FieldValues<F extends Fields> = Readonly<Record<Extract<keyof F, string>, number>>;

/** An op as the kernels read it, `Op.words` words. */
export type OpRecord = Uint32Array<ArrayBuffer>;

/** Writes every field of an op to its word. Numbers that are not whole go through `floatBits`. */
export function encodeOp<F extends Fields>(
  opcode: Opcode,
  fields: F,
  values: FieldValues<F>,
): OpRecord {
  const record = new Uint32Array(Op.words);
  record[0] = opcode;
  for (const [name, value] of Object.entries<number>(values)) {
    const at = fields[name];
    if (typeof at === 'number') record[at] = value;
  }
  return record;
}

/** The bits of a number in single precision. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}
