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
      return value.items.flatMap((item) => plain(item, depth + 1) ?? []);
    }
    const entries = entriesOf(value);
    if (!entries) return undefined;
    const object = new Map<string, JsonValue>();
    for (const [key, inner] of entries) {
      const converted = plain(inner, depth + 1);
      const name = typeof key === 'number' ? String(key) : key;
      if (typeof name === 'string' && converted !== undefined) object.set(name, converted);
    }
    return object;
  };
  for (const [key, value] of entriesOf(root) ?? []) {
    if (typeof key !== 'string') continue;
    const nested = value instanceof DictValue || value instanceof InertValue;
    if (nested && !optionKeys.has(key)) continue;
    const converted = plain(value, 0);
    if (converted !== undefined) settings.set(key, converted);
  }
  return settings;
}

/** Entries of a dictionary, or attributes of an object such as argparse's Namespace. */
function entriesOf(
  value: PickleValue,
): readonly (readonly [key: PickleValue, value: PickleValue])[] | undefined {
  if (value instanceof DictValue) return value.entries;
  if (!(value instanceof InertValue)) return undefined;
  const attributes = value.state instanceof DictValue ? value.state.entries : [];
  const all = [...value.entries, ...attributes];
  return all.length > 0 ? all : undefined;
}
