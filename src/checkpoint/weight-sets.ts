import { broken, quoted, unsupported } from './failure';

/** One set of weights in a file; files of training runs often hold several. */
export interface NamedWeights<T> {
  /** Where it lies in the file, for the visitor: "ema", "state_dict.model"; empty for the file itself. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, T>;
}

/** What wrappers add to names: DataParallel, torch.compile, FSDP, activation checkpointing, DeepSpeed. */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
  '_forward_module',
]);

/** Far above what any training script saves in one file. */
const maxNetworks = 32;

/** Names that tell where a network begins, as the first layer of each layout that can be run. */
const firstLayers: readonly string[] = [
  'x_embedder.proj.weight',
  'pos_embed.proj.weight',
  'decoder.conv_in.weight',
  'decoder.layers.0.weight',
];

/**
 * Finds the networks in a flat list of names. What wrappers add is taken off wherever it stands;
 * where the names tell of a network below others ("ema_model.", "first_stage_model."), each becomes
 * a set of its own. Without any such sign, everything is one set.
 *
 * @param path where the list lies in the file
 * @throws DyditError `checkpoint-broken` where two names become one
 */
export function splitWeights<T>(
  tensors: ReadonlyMap<string, T>,
  path: readonly string[],
): readonly NamedWeights<T>[] {
  const prefixes = [...new Set([...tensors.keys()].flatMap(prefixOfFirstLayer))];
  if (prefixes.length > maxNetworks) {
    throw unsupported(
      `The file holds ${prefixes.length} networks; at most ${maxNetworks} are read.`,
    );
  }
  if (prefixes.length === 0) {
    return [{ name: path.join('.'), tensors: withoutCommonWrappers(tensors) }];
  }
  const sets = new Map(prefixes.map((prefix) => [prefix, new Map<string, T>()]));
  const longestFirst = prefixes.toSorted((a, b) => b.length - a.length);
  for (const [key, tensor] of tensors) {
    const prefix = longestFirst.find((each) => key.startsWith(each));
    const set = prefix === undefined ? undefined : sets.get(prefix);
    if (prefix === undefined || set === undefined) continue;
    const name = withoutWrappers(key.slice(prefix.length));
    if (set.has(name)) throw broken(`The file has the tensor ${quoted(name)} twice.`);
    set.set(name, tensor);
  }
  return [...sets].map(([prefix, each]) => ({
    name: [...path, ...withoutWrappers(prefix).split('.')].filter((part) => part !== '').join('.'),
    tensors: each,
  }));
}

/** What stands before a network's first layer, where this is one. */
function prefixOfFirstLayer(key: string): readonly string[] {
  if (!key.endsWith('.weight')) return [];
  const name = withoutWrappers(key);
  const layer = firstLayers.find((each) => name === each || name.endsWith(`.${each}`));
  if (layer === undefined) return [];
  // As many parts of the name as the layer has, and the wrappers between them.
  const parts = key.split('.');
  for (let left = layer.split('.').length; left > 0;) {
    const part = parts.pop();
    if (part === undefined || !wrappers.has(part)) left--;
  }
  return [parts.length > 0 ? `${parts.join('.')}.` : ''];
}

function withoutWrappers(name: string): string {
  return name
    .split('.')
    .filter((part) => !wrappers.has(part))
    .join('.');
}

/** Takes off what stands before every name; the counter of an averaged model stands without it. */
function withoutCommonWrappers<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  let named = new Map(tensors);
  named.delete('n_averaged');
  let changed = false;
  while (named.size > 0) {
    const [first] = named.keys();
    const prefix = first.slice(0, first.indexOf('.') + 1);
    const isWrapper = wrappers.has(prefix.slice(0, -1));
    if (!isWrapper || ![...named.keys()].every((key) => key.startsWith(prefix))) break;
    named = new Map([...named].map(([key, tensor]) => [key.slice(prefix.length), tensor]));
    changed = true;
  }
  return changed ? named : tensors;
}
