import type { FileIndex, IndexedTensor } from '../file-index';
import type { JsonValue } from '../json';
import { splitWeights } from '../weight-sets';

/**
 * One index over the parts of a model.
 * @param parts flat lists of tensors, at least one
 * @returns undefined where two parts have the same tensor, so that they are no parts of one model
 */
export function mergeIndexes(parts: readonly FileIndex[]): FileIndex | undefined {
  const tensors = new Map<string, IndexedTensor>();
  const settings = new Map<string, JsonValue>();
  for (const { flat = new Map<string, IndexedTensor>(), settings: own } of parts) {
    for (const [name, tensor] of flat) {
      if (tensors.has(name)) return undefined;
      tensors.set(name, tensor);
    }
    for (const [key, value] of own) settings.set(key, value);
  }
  return {
    format: parts[0].format,
    sets: splitWeights(tensors, []),
    flat: tensors,
    metadata: parts[0].metadata,
    settings,
    skippedTypes: parts.flatMap(({ skippedTypes }) => skippedTypes),
    size: parts.reduce((sum, { size }) => sum + size, 0),
  };
}
