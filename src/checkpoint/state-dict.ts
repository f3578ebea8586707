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
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (seen.has(value) || seen.size === maxVisited || path.length > maxDepth) return;
    const entries = entriesOf(value);
    if (!entries) return;
    seen.add(value);
    const tensors = isModule(value) ? tensorsOfModule(value) : tensorsOf(entries);
    if (tensors.size > 0) found.push(...splitWeights(tensors, path));
    if (isModule(value)) return;
    for (const [key, inner] of entries) {
      if (typeof key === 'string' && !optimisers.test(key)) visit(inner, [...path, key]);
    }
  };
  visit(root, []);
  if (found.length > 0) return found;
  const entries = entriesOf(root);
  if (!entries) throw unsupported('The file holds no dictionary of tensors (state dict).');
  const keys = entries.map(([key]) => key).filter((key) => typeof key === 'string');
  const named = keys.slice(0, 8).map(quoted).join(', ');
  throw unsupported(`The file holds no tensors; its keys are ${named || 'none'}.`);
}

/** The tensors of a plain state dict by the names they have in the file; undefined of anything else. */
export function flatStateDict(root: PickleValue): ReadonlyMap<string, StateTensor> | undefined {
  const entries = entriesOf(root);
  const tensors = tensorsOf(entries ?? []);
  return tensors.size > 0 ? tensors : undefined;
}

type Entries = readonly (readonly [key: PickleValue, value: PickleValue])[];

/** Entries of a dictionary or of what is a kind of one; attributes of an object; items of a list. */
function entriesOf(value: PickleValue): Entries | undefined {
  if (value instanceof DictValue) return value.entries;
  if (value instanceof InertValue) {
    const attributes = entriesOf(value.state) ?? [];
    const all = [...value.entries, ...attributes];
    return all.length > 0 ? all : undefined;
  }
  if (value instanceof TupleValue || value instanceof ListValue) {
    const nested = value.items.some(
      (item) => item instanceof DictValue || item instanceof InertValue,
    );
    return nested ? value.items.map((item, i) => [String(i), item] as const) : undefined;
  }
  return undefined;
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
function tensorsOfModule(module: InertValue): Map<string, StateTensor> {
  const tensors = new Map<string, StateTensor>();
  const open = new Set<InertValue>();
  const visit = (value: InertValue, prefix: string, depth: number): void => {
    if (open.has(value) || depth > 64 || tensors.size > maxVisited) return;
    open.add(value);
    const attribute = (name: string): Entries =>
      entriesOf((entriesOf(value.state) ?? []).findLast(([key]) => key === name)?.[1] ?? null) ??
      [];
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
