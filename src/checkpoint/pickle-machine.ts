import type { PickleBytes } from './pickle-bytes';
import { GlobalValue, type PickleValue, TupleValue } from './pickle-values';

// A checkpoint of DiT-XL with its optimiser needs some 50,000 operations, 3,000 stack slots and
// 10 open marks. Values are only ever nested by reference and never walked to the bottom, so deep
// nesting, cycles and shared sublists cost no more than the operations that make them.
const maxOperations = 4_000_000;
const maxContainers = 1_000_000;
const maxStack = 100_000;
const maxMarks = 1_000;
const maxMemo = 1_000_000;
const maxUnknownGlobals = 10_000;

/** What the pickle may name, and what its references out of the pickle mean. */
export interface PickleHost {
  /** Names that mean something; every other one stands for an inert type. */
  readonly globals: ReadonlyMap<string, GlobalValue>;
  persistentLoad(id: PickleValue, bytes: PickleBytes): PickleValue;
}

/** Stack, marks and memo of the pickle machine, within limits. */
export class PickleMachine {
  readonly #stack: PickleValue[] = [];
  /** Stack heights at which marks lie. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #unknownGlobals = new Map<string, GlobalValue>();
  #operations = 0;
  #containers = 0;

  constructor(
    readonly bytes: PickleBytes,
    readonly host: PickleHost,
  ) {}

  countOperation(): void {
    if (++this.#operations > maxOperations) {
      throw this.bytes.refusal(`more than ${maxOperations} operations`);
    }
  }

  push(value: PickleValue): void {
    if (this.#stack.length === maxStack) {
      throw this.bytes.refusal(`more than ${maxStack} values on the stack`);
    }
    this.#stack.push(value);
  }

  /** Pushes a new value that holds others, of which there may be fewer. */
  pushContainer(value: PickleValue): void {
    if (++this.#containers > maxContainers) {
      throw this.bytes.refusal(`more than ${maxContainers} lists, tuples and objects`);
    }
    this.push(value);
  }

  /** The one value for a name that means nothing here. */
  unknownGlobal(name: string): GlobalValue {
    const known = this.#unknownGlobals.get(name);
    if (known) return known;
    if (this.#unknownGlobals.size === maxUnknownGlobals) {
      throw this.bytes.refusal(`more than ${maxUnknownGlobals} Python names`);
    }
    const made = new GlobalValue(name);
    this.#unknownGlobals.set(name, made);
    return made;
  }

  /** Names that the file asked for and that mean nothing here. */
  get unknownNames(): readonly string[] {
    return [...this.#unknownGlobals.keys()];
  }

  /** Takes the top value; a mark can't be passed. */
  pop(): PickleValue {
    this.#expectValues(1);
    const value = this.#stack.pop();
    if (value === undefined) throw this.bytes.fault('the stack is empty');
    return value;
  }

  /** The top value, left where it is. */
  top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  popTuple(length: number): TupleValue {
    this.#expectValues(length);
    return new TupleValue(this.#stack.splice(this.#stack.length - length));
  }

  mark(): void {
    if (this.#marks.length === maxMarks) {
      throw this.bytes.refusal(`more than ${maxMarks} open marks`);
    }
    this.#marks.push(this.#stack.length);
  }

  /** Takes everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.bytes.fault('there is no mark');
    return this.#stack.splice(height);
  }

  /** POP takes a mark where one is on top, else a value. */
  discardTop(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  /** Remembers the top value. */
  remember(index = this.#memo.size): void {
    if (this.#memo.size === maxMemo) {
      throw this.bytes.refusal(`more than ${maxMemo} remembered values`);
    }
    this.#memo.set(index, this.top());
  }

  recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.bytes.fault(`nothing is remembered as ${index}`);
    return value;
  }

  /** The one value left at the end. */
  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0 || this.bytes.remaining > 0) {
      throw this.bytes.fault('the pickle ends with something left over');
    }
    return value;
  }

  #expectValues(count: number): void {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count) {
      throw this.bytes.fault('the stack holds too few values');
    }
  }
}
