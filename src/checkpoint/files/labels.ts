import { unsupported } from '../failure';
import { isJsonList, isJsonObject, type JsonValue } from '../json';

/** More classes than any model has a table for. */
const maxLabels = 100_000;

/** Characters of a name, which has to stand in a list and in a link. */
const longestLabel = 200;

const advice = 'Drop a list of short names, one for each class of the model.';

/** What no name is written with: controls, and marks that turn the text after them around. */
const unwritten = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Names as they are shown: without control characters. Two classes may have one name, as some of
 * ImageNet's do.
 * @throws DyditError `checkpoint-unsupported` where there are too many, or one is too long
 */
export function fitLabels(names: readonly string[]): readonly string[] {
  if (names.length > maxLabels) {
    throw unsupported(
      `It has ${names.length} names of classes; at most ${maxLabels} are read.`,
      advice,
    );
  }
  return names.map((name, index) => {
    if (name.length > longestLabel) {
      throw unsupported(
        `The name of class ${index} has ${name.length} characters; at most ${longestLabel} are read.`,
        advice,
      );
    }
    return name.replace(unwritten, ' ').trim();
  });
}

/**
 * Class names from JSON: a list of names, ImageNet's {"0": ["n01440764", "tench"]}, a
 * configuration's {"0": "tench"}, or {"tench": 0}.
 * @returns the names by class, undefined where this is no list of them
 */
export function labelsFromJson(value: JsonValue | undefined): readonly string[] | undefined {
  if (isJsonList(value)) {
    const names = value.flatMap((item) => nameOf(item) ?? []);
    return names.length === value.length && names.length > 0 ? names : undefined;
  }
  if (!isJsonObject(value) || value.size === 0) return undefined;
  const names = new Map<number, string>();
  for (const [key, item] of value) {
    const byNumber = /^\d{1,7}$/.test(key);
    const index = byNumber ? Number(key) : item;
    const name = byNumber ? nameOf(item) : key;
    if (typeof index !== 'number' || name === undefined || names.has(index)) return undefined;
    names.set(index, name);
  }
  const ordered = [...names.keys()].toSorted((a, b) => a - b);
  return ordered.every((index, i) => index === i)
    ? ordered.flatMap((index) => names.get(index) ?? [])
    : undefined;
}

/**
 * What keeps JSON that has names of classes in it from being a list of them: 'Class 3 has no name'.
 * Undefined where it seems to be something else.
 */
export function labelsFault(value: JsonValue | undefined): string | undefined {
  if (isJsonList(value)) {
    const isNamed = value.map((item) => nameOf(item) !== undefined);
    return isNamed.includes(true) ? noName(isNamed.indexOf(false)) : undefined;
  }
  if (!isJsonObject(value) || value.size === 0) return undefined;
  const named = new Set<number>();
  let twice: number | undefined;
  for (const [key, item] of value) {
    if (!/^\d{1,7}$/.test(key)) return undefined;
    if (nameOf(item) === undefined) continue;
    if (named.has(Number(key))) twice ??= Number(key);
    named.add(Number(key));
  }
  if (named.size === 0) return undefined;
  if (twice !== undefined) return `Class ${twice} has two names`;
  for (let index = 0; ; index++) if (!named.has(index)) return noName(index);
}

function noName(index: number): string {
  return `Class ${index} has no name`;
}

/** What keeps text from being a list of names. */
export function textFault(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length < 2) return 'it has one line';
  const empty = lines.indexOf('');
  return empty >= 0 ? `line ${empty + 1} is empty` : 'most of its lines are too long';
}

/** Class names from text: one a line, with or without a number before it. */
export function labelsFromText(text: string): readonly string[] | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length < 2 || lines.includes('')) return undefined;
  // Prose is no list; one long line among short ones is a name that is too long.
  if (2 * lines.filter(({ length }) => length <= longestLabel).length < lines.length)
    return undefined;
  const numbered = lines.every((line, i) => new RegExp(`^${i}[\\s,:;.)]`).test(line));
  return numbered ? lines.map((line) => line.replace(/^\d+[\s,:;.)]+/, '')) : lines;
}

/** A name, or ImageNet's pair of a synset and a name; the first of several names. */
function nameOf(item: JsonValue): string | undefined {
  if (typeof item === 'string') return item;
  const last = isJsonList(item) && item.length === 2 ? item[1] : undefined;
  return typeof last === 'string' ? last.replaceAll('_', ' ') : undefined;
}
