import { unsupported, broken, quoted } from './failure';
import { DictValue, type PickleValue, TensorValue } from './pickle-values';

/** Where training scripts put the weights, best first: the moving average makes better pictures. */
const wrapperKeys = ['ema', 'model', 'state_dict'] as const;
/** What wrappers put before every key: DataParallel, then torch.compile. */
const wrapperPrefixes = ['module.', '_orig_mod.'] as const;

/**
 * Finds the weights in what torch.save wrote: a state dict, or a dictionary that holds one as
 * `ema`, `model` or `state_dict`. A prefix that wrappers add to every key is taken off.
 *
 * @throws DyditError `checkpoint-unsupported` where there are none
 */
export function findStateDict(root: PickleValue): ReadonlyMap<string, TensorValue> {
  if (!(root instanceof DictValue)) {
    throw unsupported('The file holds no dictionary of tensors (state dict).');
  }
  for (const key of wrapperKeys) {
    const inner = root.entries.findLast(([candidate]) => candidate === key)?.[1];
    if (inner instanceof DictValue) {
      const tensors = tensorsOf(inner);
      if (tensors.size > 0) return withoutPrefixes(tensors);
    }
  }
  const tensors = tensorsOf(root);
  if (tensors.size === 0) {
    const keys = root.entries.map(([key]) => key).filter((key) => typeof key === 'string');
    const named = keys.slice(0, 8).map(quoted).join(', ');
    throw unsupported(`The file holds no tensors; its keys are ${named || 'none'}.`);
  }
  return withoutPrefixes(tensors);
}

function tensorsOf(dict: DictValue): Map<string, TensorValue> {
  const tensors = new Map<string, TensorValue>();
  for (const [key, value] of dict.entries) {
    if (typeof key !== 'string' || !(value instanceof TensorValue)) continue;
    if (tensors.has(key)) throw broken(`The file has the tensor ${quoted(key)} twice.`);
    tensors.set(key, value);
  }
  return tensors;
}

function withoutPrefixes(tensors: Map<string, TensorValue>): Map<string, TensorValue> {
  let named = tensors;
  for (const prefix of wrapperPrefixes) {
    if ([...named.keys()].every((key) => key.startsWith(prefix))) {
      named = new Map([...named].map(([key, tensor]) => [key.slice(prefix.length), tensor]));
    }
  }
  return named;
}
