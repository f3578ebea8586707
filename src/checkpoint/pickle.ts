import { quoted } from './failure';
import { PickleBytes } from './pickle-bytes';
import { type PickleHost, PickleMachine } from './pickle-machine';
import {
  DictValue,
  GlobalValue,
  InertValue,
  ListValue,
  type PickleValue,
  TensorValue,
  TupleValue,
  UnreadableTensor,
} from './pickle-values';

export type { PickleHost } from './pickle-machine';

/** What a pickle holds. */
export interface PickleContent {
  readonly value: PickleValue;
  /** Python names it asks for that mean nothing here; their objects are inert. */
  readonly unknownNames: readonly string[];
}

/**
 * Reads a pickle of protocol 2 to 5 as plain data. Opcodes are an allow-list, and so are the
 * globals that mean anything: objects of every other Python type become inert values. Nothing from
 * the pickle is executed.
 *
 * @param content the whole pickle
 * @param name what it is called in messages
 * @throws DyditError `checkpoint-broken` where it is malformed, `checkpoint-unsupported` where it
 *   has an opcode that is not on the list or asks for too much
 */
export function readPickle(content: Uint8Array, name: string, host: PickleHost): PickleContent {
  const bytes = new PickleBytes(content, name);
  const machine = new PickleMachine(bytes, host);
  if (bytes.opcode() !== protocolOpcode) throw bytes.fault('this is no pickle of protocol 2 to 5');
  const protocol = bytes.uint8();
  if (protocol < 2 || protocol > 5) throw bytes.refusal(`pickle protocol ${protocol}`);
  for (;;) {
    machine.countOperation();
    const opcode = bytes.opcode();
    if (opcode === stopOpcode) {
      return { value: machine.result(), unknownNames: machine.unknownNames };
    }
    const operation = operations.get(opcode);
    if (!operation) {
      throw bytes.refusal(`pickle opcode 0x${opcode.toString(16).padStart(2, '0')} is not allowed`);
    }
    operation(machine);
  }
}

const protocolOpcode = 0x80;
const stopOpcode = 0x2e;

/** Shared: a tuple never changes. */
const emptyTuple = new TupleValue([]);

type Operation = (machine: PickleMachine) => void;

/** Names as in Python's pickletools. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Constants.
  [0x4e /* NONE */, (m) => m.push(null)],
  [0x88 /* NEWTRUE */, (m) => m.push(true)],
  [0x89 /* NEWFALSE */, (m) => m.push(false)],
  [0x4a /* BININT */, (m) => m.push(m.bytes.int32())],
  [0x4b /* BININT1 */, (m) => m.push(m.bytes.uint8())],
  [0x4d /* BININT2 */, (m) => m.push(m.bytes.uint16())],
  [0x8a /* LONG1 */, (m) => m.push(m.bytes.integer(m.bytes.uint8()))],
  [0x8b /* LONG4 */, (m) => m.push(m.bytes.integer(m.bytes.uint32()))],
  [0x47 /* BINFLOAT */, (m) => m.push(m.bytes.float64())],
  [0x8c /* SHORT_BINUNICODE */, (m) => m.push(m.bytes.utf8(m.bytes.uint8()))],
  [0x58 /* BINUNICODE */, (m) => m.push(m.bytes.utf8(m.bytes.uint32()))],
  [0x8d /* BINUNICODE8 */, (m) => m.push(m.bytes.utf8(m.bytes.length64()))],
  [0x43 /* SHORT_BINBYTES */, (m) => m.push(m.bytes.byteString(m.bytes.uint8()))],
  [0x42 /* BINBYTES */, (m) => m.push(m.bytes.byteString(m.bytes.uint32()))],
  [0x8e /* BINBYTES8 */, (m) => m.push(m.bytes.byteString(m.bytes.length64()))],
  [0x96 /* BYTEARRAY8 */, (m) => m.push(m.bytes.byteString(m.bytes.length64()))],
  // Containers.
  [0x28 /* MARK */, (m) => m.mark()],
  [0x29 /* EMPTY_TUPLE */, (m) => m.push(emptyTuple)],
  [0x85 /* TUPLE1 */, (m) => m.pushContainer(m.popTuple(1))],
  [0x86 /* TUPLE2 */, (m) => m.pushContainer(m.popTuple(2))],
  [0x87 /* TUPLE3 */, (m) => m.pushContainer(m.popTuple(3))],
  [0x74 /* TUPLE */, (m) => m.pushContainer(new TupleValue(m.popToMark()))],
  [0x5d /* EMPTY_LIST */, (m) => m.pushContainer(new ListValue())],
  [0x61 /* APPEND */, (m) => addItems(m, [m.pop()])],
  [0x65 /* APPENDS */, (m) => addItems(m, m.popToMark())],
  [0x7d /* EMPTY_DICT */, (m) => m.pushContainer(new DictValue())],
  [0x73 /* SETITEM */, (m) => setItems(m, m.popTuple(2).items)],
  [0x75 /* SETITEMS */, (m) => setItems(m, m.popToMark())],
  [0x8f /* EMPTY_SET */, (m) => m.pushContainer(new InertValue('set'))],
  [0x90 /* ADDITEMS */, (m) => addItems(m, m.popToMark())],
  [0x91 /* FROZENSET */, (m) => makeFrozenSet(m)],
  // Stack and memo.
  [0x30 /* POP */, (m) => m.discardTop()],
  [0x31 /* POP_MARK */, (m) => void m.popToMark()],
  [0x32 /* DUP */, (m) => m.push(m.top())],
  [0x71 /* BINPUT */, (m) => m.remember(m.bytes.uint8())],
  [0x72 /* LONG_BINPUT */, (m) => m.remember(m.bytes.uint32())],
  [0x94 /* MEMOIZE */, (m) => m.remember()],
  [0x68 /* BINGET */, (m) => m.push(m.recall(m.bytes.uint8()))],
  [0x6a /* LONG_BINGET */, (m) => m.push(m.recall(m.bytes.uint32()))],
  [0x95 /* FRAME */, (m) => void m.bytes.length64()],
  // Names and objects.
  [0x63 /* GLOBAL */, (m) => m.push(findGlobal(m, m.bytes.line(), m.bytes.line()))],
  [0x93 /* STACK_GLOBAL */, (m) => pushStackGlobal(m)],
  [0x51 /* BINPERSID */, (m) => m.push(m.host.persistentLoad(m.pop(), m.bytes))],
  [0x52 /* REDUCE */, (m) => construct(m)],
  [0x81 /* NEWOBJ */, (m) => construct(m)],
  [0x92 /* NEWOBJ_EX */, (m) => constructWithNames(m)],
  [0x62 /* BUILD */, (m) => applyState(m)],
]);

function addItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (target instanceof ListValue) {
    // Not push(...items): the arguments of a call have a limit of their own.
    for (const item of items) target.items.push(item);
  } else if (!(target instanceof InertValue)) {
    throw machine.bytes.fault('items are added to something that is no list');
  }
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (items.length % 2 !== 0) throw machine.bytes.fault('a key has no value');
  if (target instanceof DictValue || target instanceof InertValue) {
    for (let i = 0; i < items.length; i += 2) target.entries.push([items[i], items[i + 1]]);
  } else {
    throw machine.bytes.fault('keys are set on something that is no dictionary');
  }
}

function makeFrozenSet(machine: PickleMachine): void {
  machine.popToMark();
  machine.pushContainer(new InertValue('frozenset'));
}

function pushStackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string') {
    throw machine.bytes.fault('a global whose name is no string');
  }
  machine.push(findGlobal(machine, module, name));
}

/** A name without a meaning here is kept, so that objects of it can be told and named. */
function findGlobal(machine: PickleMachine, module: string, name: string): GlobalValue {
  const fullName = `${module}.${name}`;
  return machine.host.globals.get(fullName) ?? machine.unknownGlobal(fullName);
}

function construct(machine: PickleMachine): void {
  const args = machine.pop();
  pushResult(machine, machine.pop(), args);
}

/** NEWOBJ_EX has named arguments as well, which only types that mean nothing here take. */
function constructWithNames(machine: PickleMachine): void {
  machine.pop();
  const args = machine.pop();
  const callee = machine.pop();
  if (callee instanceof GlobalValue && callee.construct) {
    throw machine.bytes.refusal(`the file calls ${quoted(callee.name)} with named arguments`);
  }
  pushResult(machine, callee, args);
}

function pushResult(machine: PickleMachine, callee: PickleValue, args: PickleValue): void {
  if (!(args instanceof TupleValue)) {
    throw machine.bytes.fault('the arguments of a call are no tuple');
  }
  if (callee instanceof InertValue) {
    // A method of an object that was never made, or a function that was never looked up.
    machine.pushContainer(new InertValue(callee.typeName, args.items));
  } else if (!(callee instanceof GlobalValue)) {
    throw machine.bytes.refusal('the file calls a value that is no Python name');
  } else if (callee.construct) {
    machine.pushContainer(callee.construct(args.items, machine.bytes));
  } else {
    machine.pushContainer(new InertValue(callee.name, args.items));
  }
}

/**
 * BUILD sets attributes. Those of a dictionary (PyTorch puts `_metadata` on the state dict) and of
 * a tensor are dropped, those of an inert object kept; nothing else may have any.
 */
function applyState(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof InertValue) target.state = state;
  else if (!(target instanceof DictValue || isTensor(target))) {
    throw machine.bytes.refusal('the file sets attributes on something that has none');
  }
}

function isTensor(value: PickleValue): boolean {
  return value instanceof TensorValue || value instanceof UnreadableTensor;
}
