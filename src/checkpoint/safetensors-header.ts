import type { CheckpointDtype } from './tensor';
import { broken, quoted, unsupported } from './failure';
import { isJsonList, isJsonObject, parseJsonBytes, type JsonLimits, type JsonValue } from './json';
import { bytesPerElement, elementCount, isSize } from './layout';

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

/**
 * A header has two levels below its top, and eight values a tensor. The largest models have some
 * ten thousand tensors.
 */
const maxTensors = 100_000;
const limits: JsonLimits = {
  maxDepth: 4,
  maxValues: 10 * maxTensors,
  maxContainers: 3 * maxTensors + 2,
};

/**
 * Parses and checks a header: every entry well-formed, no key twice, and the data ranges laid end
 * to end over exactly `dataLength` bytes, as the format demands.
 *
 * @param bytes the JSON text
 * @param dataLength bytes in the file after the header
 * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`, naming the key
 */
export function parseSafetensorsHeader(bytes: Uint8Array, dataLength: number): SafetensorsHeader {
  const members = parseJsonBytes(bytes, 'The safetensors header', limits);
  if (!isJsonObject(members)) throw broken('The safetensors header is not a JSON object.');
  let metadata: ReadonlyMap<string, string> = new Map();
  const entries: SafetensorsEntry[] = [];
  for (const [name, value] of members) {
    if (name === '__metadata__') metadata = parseMetadata(value);
    else entries.push(parseEntry(name, value));
  }
  if (entries.length > maxTensors) {
    throw unsupported(`The file has ${entries.length} tensors; at most ${maxTensors} are read.`);
  }
  checkContiguous(entries, dataLength);
  return { entries, metadata };
}

function parseMetadata(value: JsonValue): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (!isJsonObject(value)) {
    throw broken('"__metadata__" in the safetensors header is not an object of strings.');
  }
  for (const [key, text] of value) {
    if (typeof text !== 'string') {
      throw broken(`"__metadata__" in the safetensors header: ${quoted(key)} is not a string.`);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(name: string, value: JsonValue): SafetensorsEntry {
  const wrong = (field: string) =>
    broken(`Tensor ${quoted(name)} in the safetensors header: ${field} is wrong.`);
  if (!isJsonObject(value)) throw wrong('the entry');
  const dtypeName = value.get('dtype');
  if (typeof dtypeName !== 'string') throw wrong('dtype');
  const shape = sizesOf(value.get('shape'));
  if (typeof shape === 'string') throw wrong(`shape${shape}`);
  const offsets = sizesOf(value.get('data_offsets'));
  if (typeof offsets === 'string' || offsets.length !== 2) throw wrong('data_offsets');
  const dtype = dtypes.get(dtypeName);
  if (!dtype) {
    throw unsupported(
      `Tensor ${quoted(name)} has elements of type ${quoted(dtypeName)}, which is not supported.`,
      'Save the checkpoint in F32, F16 or BF16.',
    );
  }
  const [begin, end] = offsets;
  const count = elementCount(shape);
  if (count === undefined || count * bytesPerElement[dtype] !== end - begin) {
    throw broken(
      `Tensor ${quoted(name)} of shape [${describeShape(shape)}] and type ${dtype} does not fill ` +
        `bytes ${begin} to ${end}.`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The sizes, or where in the list the first thing is that is none. */
function sizesOf(value: JsonValue | undefined): readonly number[] | string {
  if (!isJsonList(value)) return '';
  const sizes: number[] = [];
  for (const [i, size] of value.entries()) {
    if (!isSize(size)) return `.${i}`;
    sizes.push(size);
  }
  return sizes;
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

/** A shape may have as many axes as the header has room for. */
function describeShape(shape: readonly number[]): string {
  const longest = 8;
  return shape.length > longest ? `${shape.slice(0, longest).join(', ')}, ...` : shape.join(', ');
}
