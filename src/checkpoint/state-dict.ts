import { broken, quoted, unsupported } from './failure';
import {
  DictValue,
  InertValue,
  ListValue,
  type PickleValue,
  TensorValue,
  TupleValue,
  UnreadableTensor,
} from './pickle-values';
import { splitWeights, type NamedWeights } from './weight-sets';

/** A tensor of a state dict, or one that can't be read. */
export type StateTensor = TensorValue | UnreadableTensor;

/** Dictionaries looked into; a cycle or a shared part is met once. */
const maxVisited = 20_000;
/** Entries looked at in all: what is shared is met again from everywhere that refers to it. */
const maxEntries = 1_000_000;
/** Levels of dictionaries above the tensors. */
const maxDepth = 8;

/** Where optimisers keep their moments, which are shaped like weights. */
const optimisers =
  /^(opt|optim|optimi[sz]ers?(_state(s|_dict)?)?|scaler|lr_schedulers?|schedulers?)$/i;

/**
 * Finds every set of weights in what torch.save wrote: a state dict, dictionaries of them under any
 * names, or a whole module that was pickled.
 *
 * @throws DyditError `checkpoint-unsupported` where there are none
 */
export function findStateDicts(root: PickleValue): readonly NamedWeights<StateTensor>[] {
  const found: NamedWeights<StateTensor>[] = [];
  const walk = new Walk();
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (seen.has(value) || seen.size === maxVisited || path.length > maxDepth) return;
    const entries = walk.entriesOf(value);
    if (!entries) return;
    seen.add(value);
    const tensors = isModule(value) ? tensorsOfModule(value, walk) : tensorsOf(entries);
    if (tensors.size > 0) found.push(...splitWeights(tensors, path));
    if (isModule(value)) return;
    for (const [key, inner] of entries) {
      if (typeof key === 'string' && !optimisers.test(key)) visit(inner, [...path, key]);
    }
  };
  visit(root, []);
  if (found.length > 0) return found;
  const entries = walk.entriesOf(root);
  if (!entries) throw unsupported('The file holds no dictionary of tensors (state dict).');
  const keys = entries.map(([key]) => key).filter((key) => typeof key === 'string');
  const named = keys.slice(0, 8).map(quoted).join(', ');
  throw unsupported(`The file holds no tensors; its keys are ${named || 'none'}.`);
}

/** The tensors of a plain state dict by the names they have in the file; undefined of anything else. */
export function flatStateDict(root: PickleValue): ReadonlyMap<string, StateTensor> | undefined {
  const tensors = tensorsOf(new Walk().entriesOf(root) ?? []);
  return tensors.size > 0 ? tensors : undefined;
}

type Entries = readonly (readonly [key: PickleValue, value: PickleValue])[];

/** Looks into values, and counts what it has looked at. */
class Walk {
  #looked = 0;

  /**
   * Entries of a dictionary or of what is a kind of one; attributes of an object; items of a list.
   * @throws DyditError `checkpoint-unsupported` where it was asked for far more than a file holds
   */
  entriesOf(value: PickleValue, depth = 0): Entries | undefined {
    if (value instanceof DictValue) return this.#counted(value.entries);
    if (value instanceof InertValue) {
      if (depth > maxDepth) return undefined;
      const attributes = this.entriesOf(value.state, depth + 1) ?? [];
      const all = [...this.#counted(value.entries), ...attributes];
      return all.length > 0 ? all : undefined;
    }
    if (value instanceof TupleValue || value instanceof ListValue) {
      const nested = this.#counted(value.items).some(
        (item) => item instanceof DictValue || item instanceof InertValue,
      );
      return nested ? value.items.map((item, i) => [String(i), item] as const) : undefined;
    }
    return undefined;
  }

  #counted<T>(list: readonly T[]): readonly T[] {
    this.#looked += list.length;
    if (this.#looked <= maxEntries) return list;
    throw unsupported(`The file refers to its parts so often that they come to ${maxEntries}.`);
  }
}

function tensorsOf(entries: Entries): Map<string, StateTensor> {
  const tensors = new Map<string, StateTensor>();
  for (const [key, value] of entries) {
    const isTensor = value instanceof TensorValue || value instanceof UnreadableTensor;
    if (typeof key !== 'string' || !isTensor) continue;
    if (tensors.has(key)) throw broken(`The file has the tensor ${quoted(key)} twice.`);
    tensors.set(key, value);
  }
  return tensors;
}

/** A pickled torch.nn.Module keeps its weights in these attributes. */
function isModule(value: PickleValue): value is InertValue {
  return (
    value instanceof InertValue &&
    value.state instanceof DictValue &&
    value.state.entries.some(([key]) => key === '_modules') &&
    value.state.entries.some(([key]) => key === '_parameters')
  );
}

/** The state dict that the module would have. */
function tensorsOfModule(module: InertValue, walk: Walk): Map<string, StateTensor> {
  const tensors = new Map<string, StateTensor>();
  const open = new Set<InertValue>();
  const visit = (value: InertValue, prefix: string, depth: number): void => {
    if (open.has(value) || depth > 64 || tensors.size > maxVisited) return;
    open.add(value);
    const attributes = walk.entriesOf(value.state) ?? [];
    const attribute = (name: string): Entries =>
      walk.entriesOf(attributes.findLast(([key]) => key === name)?.[1] ?? null) ?? [];
    for (const [key, tensor] of tensorsOf([
      ...attribute('_parameters'),
      ...attribute('_buffers'),
    ])) {
      tensors.set(prefix + key, tensor);
    }
    for (const [key, inner] of attribute('_modules')) {
      if (typeof key === 'string' && isModule(inner)) visit(inner, `${prefix}${key}.`, depth + 1);
    }
  };
  visit(module, '', 0);
  return tensors;
}
