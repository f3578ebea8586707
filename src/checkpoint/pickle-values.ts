import type { CheckpointDtype } from './tensor';
import type { PickleBytes } from './pickle-bytes';

/**
 * What an allowed global does when the pickle calls it: makes plain data from plain data. Python
 * code is never found, let alone run. `bytes` makes its errors, which name the byte of the call.
 */
export type Construct = (args: readonly PickleValue[], bytes: PickleBytes) => PickleValue;

/** A name the pickle may refer to, `module.name`. */
export class GlobalValue {
  constructor(
    readonly name: string,
    /** Absent where the name means nothing here: what it makes is an `InertValue`. */
    readonly construct?: Construct,
  ) {}
}

export class ListValue {
  readonly items: PickleValue[] = [];
}

export class TupleValue {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** Entries in the order they were set; keys are compared by nobody here. */
export class DictValue {
  readonly entries: (readonly [key: PickleValue, value: PickleValue])[] = [];
}

/**
 * An object of a Python type that means nothing here: options, dates, random states. Nothing of
 * that type is run; what the pickle would give to it is kept as it stands.
 */
export class InertValue {
  /** Entries set on it, where it is a kind of dictionary. */
  readonly entries: (readonly [key: PickleValue, value: PickleValue])[] = [];
  /** What BUILD would set its attributes from. */
  state: PickleValue = null;

  constructor(
    /** `module.name`, or what it is in words. */
    readonly typeName: string,
    /** What its type was called with. */
    readonly args: readonly PickleValue[] = [],
  ) {}
}

/** A run of elements in the archive, shared by the tensors that view it. */
export class StorageValue {
  constructor(
    /** Name of its entry under `data/`. */
    readonly key: string,
    readonly dtype: CheckpointDtype,
    readonly elementCount: number,
  ) {}
}

/** A strided view of a storage; offset and strides count elements. */
export class TensorValue {
  constructor(
    readonly storage: StorageValue,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** A tensor that PyTorch could read and this reader can't; it matters only where it is a weight. */
export class UnreadableTensor {
  constructor(
    /** Why, as the end of "Tensor x is ...". */
    readonly reason: string,
  ) {}
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | GlobalValue
  | ListValue
  | TupleValue
  | DictValue
  | InertValue
  | StorageValue
  | TensorValue
  | UnreadableTensor;
