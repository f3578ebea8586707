import type { CheckpointDtype } from './checkpoint';
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
    /** Absent where the name stands for a type that is only mentioned. */
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

/** An object whose content doesn't matter here: command line arguments, optimiser bits. */
export class InertValue {
  constructor(readonly typeName: string) {}
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
  | TensorValue;
