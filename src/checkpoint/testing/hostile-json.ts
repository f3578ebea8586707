import fc from 'fast-check';

/** Where something stands in a JSON value. */
type Path = readonly string[];

/** What is done to one place of a text: its value, its key, or both once more. */
interface Edit {
  readonly at: number;
  readonly kind: 'value' | 'key' | 'twice' | 'more';
  readonly value: string;
  readonly key: string;
}

/** Values, as they stand in a text, that somebody might hope to get past a reader. */
const values: readonly string[] = [
  ...['-1', '0', '-0', '1', '2', '0.5', '1e-300', '1e308', '1e999', '4294967296'],
  ...['9007199254740992', '9007199254740993', '-9007199254740993', '18446744073709551616'],
  ...['null', 'true', '""', '[]', '{}', '[[]]', '[-1]', '[0.5]', '[1e999]', '[null]', '[0,0]'],
  ...['[9007199254740991,2]', '[4294967296,4294967296]', '{"__proto__":{"file":"x"}}'],
  ...['"__proto__"', '"NaN"', '"../../etc/passwd"', '"C:\\\\x"', '"\\u0000"', '"\\ud800"'],
  ...['"F64"', '"I8"', '"F8_E4M3"', '"flow-v"', '"epsilon"', '"https://elsewhere.example/x"'],
  `${'['.repeat(40)}1${']'.repeat(40)}`,
  `"${'x'.repeat(100_000)}"`,
  `[${'1,'.repeat(5000)}1]`,
];

const keys: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '0', '-1'],
  ...['a/../b', '\u0000', '__metadata__', 'blocks.0.attn.qkv.weight', 'blocks.999999.x'],
];

/**
 * Texts that are nearly a sound JSON text: up to four of its values, keys or entries are others,
 * there twice, or beside more.
 */
export function hostileJson(sound: unknown): fc.Arbitrary<string> {
  const places = [...pathsOf(sound, [])];
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: fc.nat(places.length - 1),
    kind: fc.constantFrom('value', 'value', 'value', 'key', 'twice', 'more'),
    value: fc.oneof(fc.constantFrom(...values), fc.json({ maxDepth: 2 })),
    key: fc.constantFrom(...keys),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    const byPlace = new Map(edits.map((each) => [placeOf(places[each.at]), each]));
    return print(sound, [], byPlace);
  });
}

function placeOf(path: Path): string {
  return JSON.stringify(path);
}

function* pathsOf(value: unknown, path: Path): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

function print(value: unknown, path: Path, edits: ReadonlyMap<string, Edit>): string {
  const edit = edits.get(placeOf(path));
  if (edit?.kind === 'value') return edit.value;
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => print(item, [...path, String(i)], edits)).join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const innerPath = [...path, key];
    const text = print(inner, innerPath, edits);
    const change = edits.get(placeOf(innerPath));
    const own = `${JSON.stringify(key)}:${text}`;
    if (change?.kind === 'key') return [`${JSON.stringify(change.key)}:${text}`];
    if (change?.kind === 'twice') return [own, own];
    if (change?.kind === 'more') return [own, `${JSON.stringify(change.key)}:${change.value}`];
    return [own];
  });
  return `{${entries.join()}}`;
}
