import type { JsonObject, JsonValue } from './json';
import { DictValue, InertValue, ListValue, type PickleValue, TupleValue } from './pickle-values';

/** Where training scripts keep the options that they were started with. */
const optionKeys: ReadonlySet<string> = new Set([
  'args',
  'cfg',
  'config',
  'hparams',
  'hyper_parameters',
  'metadata',
  'model_args',
  'model_config',
  'model_kwargs',
  'opts',
  'options',
  'settings',
]);

const maxDepth = 4;
const maxValues = 20_000;

/**
 * What a training checkpoint says besides its weights: its plain numbers and texts, and the options
 * under the usual names, whatever object holds them. Values that are no plain data are left out.
 */
export function settingsOf(root: PickleValue): JsonObject {
  const settings = new Map<string, JsonValue>();
  let values = 0;
  const plain = (value: PickleValue, depth: number): JsonValue | undefined => {
    if (++values > maxValues || depth > maxDepth) return undefined;
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') return value;
    if (value instanceof ListValue || value instanceof TupleValue) {
      const items: JsonValue[] = [];
      for (const item of value.items) {
        if (values > maxValues) break;
        const converted = plain(item, depth + 1);
        if (converted !== undefined) items.push(converted);
      }
      return items;
    }
    if (!(value instanceof DictValue || value instanceof InertValue)) return undefined;
    const object = new Map<string, JsonValue>();
    for (const [key, inner] of entriesOf(value)) {
      // What is shared may be met again and again: the rest of it is not even looked at.
      if (values > maxValues) break;
      const converted = plain(inner, depth + 1);
      const name = typeof key === 'number' ? String(key) : key;
      if (typeof name === 'string' && converted !== undefined) object.set(name, converted);
    }
    return object;
  };
  for (const [key, value] of entriesOf(root)) {
    if (typeof key !== 'string') continue;
    const nested = value instanceof DictValue || value instanceof InertValue;
    if (nested && !optionKeys.has(key)) continue;
    const converted = plain(value, 0);
    if (converted !== undefined) settings.set(key, converted);
  }
  return settings;
}

/** Entries of a dictionary, or attributes of an object such as argparse's Namespace. */
function* entriesOf(
  value: PickleValue,
): Generator<readonly [key: PickleValue, value: PickleValue]> {
  if (!(value instanceof DictValue || value instanceof InertValue)) return;
  yield* value.entries;
  if (value instanceof InertValue && value.state instanceof DictValue) yield* value.state.entries;
}
