import type { Checkpoint } from './checkpoint';
import type { CheckpointTensor } from './tensor';
import type { JsonObject } from './json';
import type { NamedWeights } from './weight-sets';

/** A tensor of a file before it is checked against the file. */
export interface IndexedTensor {
  /** @throws DyditError `checkpoint-broken` or `checkpoint-unsupported` where it can't be read */
  open(name: string): CheckpointTensor;
}

/** The index of a file, with every set of weights in it. */
export interface FileIndex {
  readonly format: Checkpoint['format'];
  /** At least one. */
  readonly sets: readonly NamedWeights<IndexedTensor>[];
  /** The tensors by the names they have in the file, where it is one flat list. */
  readonly flat?: ReadonlyMap<string, IndexedTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly settings: JsonObject;
  readonly skippedTypes: readonly string[];
  /** Bytes of the file. */
  readonly size: number;
}
