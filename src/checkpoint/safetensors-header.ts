import * as v from 'valibot';
import type { CheckpointDtype } from './checkpoint';
import { broken, quoted, unsupported } from './failure';
import { findDuplicateKey } from './json-duplicate-key';
import { bytesPerElement, elementCount } from './layout';

/** One tensor of the header; `begin` and `end` count from the first byte after the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: CheckpointDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

const dtypes: ReadonlyMap<string, CheckpointDtype> = new Map([
  ['F64', 'f64'],
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['I64', 'i64'],
  ['I32', 'i32'],
  ['I16', 'i16'],
  ['I8', 'i8'],
  ['U8', 'u8'],
  ['BOOL', 'bool'],
]);

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.object({
  dtype: v.string(),
  shape: v.array(size),
  data_offsets: v.strictTuple([size, size]),
});
// `record` would lose a key called `__proto__`, so the outer objects are walked by hand.
const objectSchema = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/**
 * Parses and checks a header: every entry well-formed, no key twice, and the data ranges laid end
 * to end over exactly `dataLength` bytes, as the format demands.
 *
 * @param bytes the JSON text
 * @param dataLength bytes in the file after the header
 * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`, naming the key
 */
export function parseSafetensorsHeader(bytes: Uint8Array, dataLength: number): SafetensorsHeader {
  const members = parseObject(bytes);
  let metadata: ReadonlyMap<string, string> = new Map();
  const entries: SafetensorsEntry[] = [];
  for (const [name, value] of members) {
    if (name === '__metadata__') metadata = parseMetadata(value);
    else entries.push(parseEntry(name, value));
  }
  checkContiguous(entries, dataLength);
  return { entries, metadata };
}

function parseObject(bytes: Uint8Array): [string, unknown][] {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw broken(`The safetensors header at byte 8 is not valid JSON: ${reason}`);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw broken(`The safetensors header has the key ${quoted(duplicate)} twice.`);
  }
  if (!v.is(objectSchema, parsed)) {
    throw broken('The safetensors header at byte 8 is not a JSON object.');
  }
  return Object.entries(parsed);
}

function parseMetadata(value: unknown): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (!v.is(objectSchema, value)) {
    throw broken('"__metadata__" in the safetensors header is not an object of strings.');
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw broken(`"__metadata__" in the safetensors header: ${quoted(key)} is not a string.`);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(name: string, value: unknown): SafetensorsEntry {
  const parsed = v.safeParse(entrySchema, value);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const field = v.getDotPath(issue) ?? 'the entry';
    throw broken(
      `Tensor ${quoted(name)} in the safetensors header: ${field} is wrong. ${issue.message}`,
    );
  }
  const { dtype: dtypeName, shape, data_offsets } = parsed.output;
  const dtype = dtypes.get(dtypeName);
  if (!dtype) {
    throw unsupported(
      `Tensor ${quoted(name)} has elements of type ${quoted(dtypeName)}, which is not supported.`,
      'Save the checkpoint in F32, F16 or BF16.',
    );
  }
  const [begin, end] = data_offsets;
  const count = elementCount(shape);
  if (count === undefined || count * bytesPerElement[dtype] !== end - begin) {
    throw broken(
      `Tensor ${quoted(name)} of shape [${shape.join(', ')}] and type ${dtype} does not fill ` +
        `bytes ${begin} to ${end}.`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function checkContiguous(entries: readonly SafetensorsEntry[], dataLength: number): void {
  let position = 0;
  // Empty tensors sort before the tensor that begins at the same byte.
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position) {
      throw broken(
        `Tensor ${quoted(entry.name)} begins at data byte ${entry.begin}; ${position} was expected.`,
      );
    }
    position = entry.end;
  }
  if (position !== dataLength) {
    throw broken(
      `The tensors take ${position} bytes, but ${dataLength} bytes follow the safetensors header.`,
    );
  }
}
