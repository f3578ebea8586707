import { describe, expect, it } from 'vitest';
import { readPickle } from './pickle';
import {
  DictValue,
  InertValue,
  ListValue,
  type PickleValue,
  TupleValue,
  UnreadableTensor,
} from './pickle-values';
import { expectFailure } from './testing/expect-failure';
import { littleEndian, repeated, utf8 } from './testing/bytes';
import * as p from './testing/pickle-writer';
import { torchHost } from './torch-globals';

function read(...code: readonly ArrayLike<number>[]): PickleValue {
  return readPickle(p.pickle(...code), 'data.pkl', torchHost).value;
}

const refused = (code: readonly ArrayLike<number>[], message: RegExp) =>
  expectFailure(() => read(...code), 'checkpoint-unsupported', message);
const brokenBy = (code: readonly ArrayLike<number>[], message: RegExp) =>
  expectFailure(() => read(...code), 'checkpoint-broken', message);

describe('pickle values', () => {
  it.each<[string, p.Code, PickleValue]>([
    ['None', p.none, null],
    ['True', [0x88], true],
    ['a byte', [0x4b, 200], 200],
    ['two bytes', [0x4d, 0x34, 0x12], 0x1234],
    ['a negative integer', [0x4a, 0xfe, 0xff, 0xff, 0xff], -2],
    ['zero as a long', [0x8a, 0], 0],
    ['a long', p.integer(-(2 ** 40)), -(2 ** 40)],
    ['a long past 2^53', p.integer(2n ** 60n), 2n ** 60n],
    ['a long of four length bytes', [0x8b, 1, 0, 0, 0, 0x80], -128],
    ['a float', [0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['text', p.text('blöcke.0'), 'blöcke.0'],
    ['short text', [0x8c, 1, 0x61], 'a'],
    ['long text', [0x8d, ...littleEndian(1, 8), 0x61], 'a'],
    ['bytes', [0x43, 2, 1, 2], Uint8Array.of(1, 2)],
    ['a duplicate', [...p.none, 0x32, 0x30], null],
    ['a popped mark', [...p.none, ...p.mark, 0x30], null],
    ['everything to a mark popped', [...p.none, ...p.mark, ...p.none, 0x31], null],
  ])('reads %s', (_, code, value) => {
    expect(read(code)).toEqual(value);
  });

  it('reads containers, and what the memo shares', () => {
    const list = read(p.emptyList, p.mark, p.none, p.emptyTuple, [0x65]);
    if (!(list instanceof ListValue)) throw new Error('no list');
    expect(list.items).toEqual([null, new TupleValue([])]);
    const shared = read(p.emptyList, [0x71, 7], [0x68, 7], [0x6a, 7, 0, 0, 0], [0x87]);
    if (!(shared instanceof TupleValue)) throw new Error('no tuple');
    expect(shared.items[0]).toBe(shared.items[2]);
    const dict = read(p.dict(['__proto__', p.none]));
    if (!(dict instanceof DictValue)) throw new Error('no dictionary');
    expect(dict.entries).toEqual([['__proto__', null]]);
    expect(read([0x8f], p.mark, p.none, [0x90])).toBeInstanceOf(InertValue);
    expect(read(p.mark, p.none, [0x91])).toBeInstanceOf(InertValue);
  });

  it('takes arguments and numpy scalars for inert data', () => {
    const namespace = [...p.global('argparse', 'Namespace'), ...p.emptyTuple, ...p.newObject];
    const scalar = p.call(
      p.stackGlobal('numpy.core.multiarray', 'scalar'),
      [...p.call(p.global('numpy', 'dtype'), p.text('f8')), ...p.tuple(p.none), ...p.build],
      p.call(p.global('_codecs', 'encode'), p.text('x'), p.text('latin1')),
    );
    const value = read(namespace, p.dict(['lr', scalar]), p.build);
    if (!(value instanceof InertValue)) throw new Error('no object');
    expect(value.typeName).toBe('argparse.Namespace');
    expect(value.state).toBeInstanceOf(DictValue);
  });

  it('lets a list contain itself', () => {
    const list = read(p.emptyList, p.memoize, [0x68, 0], p.append);
    if (!(list instanceof ListValue)) throw new Error('no list');
    expect(list.items[0]).toBe(list);
  });
});

describe('pickles that ask for more than data', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'exec'],
    ['builtins', 'getattr'],
    ['subprocess', 'Popen'],
    ['torch', 'load'],
    ['torch._utils', '_rebuild_tensor_v2.__globals__'],
    ['numpy.core.multiarray', '_reconstruct'],
    ['__main__', 'DiT'],
    ['', ''],
    ['toString', 'constructor'],
  ])('takes %s.%s for a name without a meaning, by both opcodes', (module, name) => {
    const inert = new InertValue(`${module}.${name}`, ['id']);
    expect(read(p.call(p.global(module, name), p.text('id')))).toEqual(inert);
    expect(read(p.call(p.stackGlobal(module, name), p.text('id')))).toEqual(inert);
    const { unknownNames } = readPickle(p.pickle(p.global(module, name)), 'data.pkl', torchHost);
    expect(unknownNames).toEqual([`${module}.${name}`]);
  });

  it('passes over calls of what such names would have given', () => {
    const looked = p.call(p.global('builtins', 'getattr'), p.global('os', 'x'), p.text('system'));
    expect(read(p.call(looked, p.text('id')))).toEqual(new InertValue('builtins.getattr', ['id']));
    const withNames = [...p.global('a', 'B'), ...p.emptyTuple, ...p.emptyDict, 0x92];
    expect(read(withNames)).toEqual(new InertValue('a.B'));
  });

  it('calls nothing but allowed globals', async () => {
    const size = p.call(p.global('torch', 'Size'), p.tuple(p.none));
    await refused([size, p.emptyTuple, p.reduce], /calls a value/);
    const named = [p.global('torch', 'Size'), p.emptyTuple, p.emptyDict, [0x92]];
    await refused(named, /"torch\.Size" with named arguments/);
    await brokenBy([p.global('torch', 'Size'), p.none, p.reduce], /no tuple/);
  });

  it.each([
    ['a list', p.emptyList],
    ['a global', p.global('argparse', 'Namespace')],
    ['a number', [0x4b, 1]],
  ])('sets no attributes on %s', async (_, code) => {
    await refused([code, p.dict(['__class__', p.none]), p.build], /sets attributes/);
  });

  it('takes a storage of a type without a meaning for one that can not be read', () => {
    const type = p.global('torch', 'ComplexFloatStorage');
    const id = p.tuple(p.text('storage'), type, p.text('0'), p.text('cpu'), p.integer(1));
    expect(read(id, [0x51])).toEqual(
      new UnreadableTensor('of the type "torch.ComplexFloatStorage", which is not supported'),
    );
  });

  it.each([
    ['INST', 0x69],
    ['OBJ', 0x6f],
    ['PERSID', 0x50],
    ['EXT1', 0x82],
    ['NEXT_BUFFER', 0x97],
    ['STRING', 0x53],
    ['PROTO again', 0x80],
  ])('refuses the opcode %s', async (_, opcode) => {
    await refused([[opcode]], new RegExp(`Byte 2 .*opcode 0x${opcode.toString(16)}`));
  });

  it.each<[string, p.Code]>([
    ['no tuple', p.none],
    ['another tag', p.tuple(p.text('module'), p.none, p.none, p.none, p.none)],
    [
      'a negative length',
      p.tuple(
        p.text('storage'),
        p.global('torch', 'IntStorage'),
        p.text('0'),
        p.text('cpu'),
        p.integer(-1),
      ),
    ],
  ])('refuses a reference that is %s', async (_, id) => {
    await brokenBy([id, [0x51]], /describes no storage/);
  });
});

describe('tensors that can not be', () => {
  const storage = p.storage('0', 6);
  it.each<[string, p.Code, RegExp]>([
    ['past the end', p.tensor(storage, 1, [2, 3], [3, 1]), /leaves its storage of 6/],
    ['by its strides', p.tensor(storage, 0, [2, 3], [4, 1]), /leaves its storage of 6/],
    ['by its offset', p.tensor(storage, 7, [0], [1]), /leaves its storage of 6/],
    ['with a negative stride', p.tensor(storage, 5, [2], [-1]), /describe none/],
    ['with a negative size', p.tensor(storage, 0, [-2], [1]), /describe none/],
    ['with a size past 2^53', p.tensor(storage, 0, [2n ** 60n], [0]), /describe none/],
    ['with a size that overflows', p.tensor(storage, 0, [2 ** 40, 2 ** 40], [0, 0]), /leaves/],
    ['with a span that overflows', p.tensor(storage, 0, [2 ** 52, 2], [2 ** 52, 1]), /leaves/],
    ['with a stride too few', p.tensor(storage, 0, [2, 3], [3]), /leaves/],
    ['without a storage', p.tensor(p.none, 0, [1], [1]), /describe none/],
  ])('%s', async (_, code, message) => {
    await brokenBy([code], message);
  });

  it('repeat their storage, or are changed on reading', () => {
    const repeating = read(p.tensor(storage, 0, [2 ** 40], [0]));
    expect(repeating instanceof UnreadableTensor && repeating.reason).toMatch(/repeats/);
    const negated = read(p.tensor(storage, 0, [6], [1], p.dict(['neg', [0x88]])));
    expect(negated instanceof UnreadableTensor && negated.reason).toMatch(/negated/);
    expect(read(p.tensor(storage, 0, [6], [1], p.none))).toMatchObject({ shape: [6] });
  });

  it('are parameters of nothing', async () => {
    const parameter = p.call(
      p.global('torch._utils', '_rebuild_parameter'),
      p.none,
      p.newFalse,
      p.none,
    );
    await brokenBy([parameter], /parameter/);
  });
});

describe('pickles that are malformed', () => {
  it('are broken at a byte', async () => {
    await brokenBy([[0x85]], /Byte 2 of data\.pkl: the stack holds too few values/);
    await brokenBy([p.none, p.mark, [0x85]], /too few/);
    await brokenBy([[0x74]], /no mark/);
    await brokenBy([[0x68, 3]], /nothing is remembered as 3/);
    await brokenBy([p.none, p.none], /left over/);
    await brokenBy([p.none, p.mark], /left over|too few/);
    await brokenBy([p.emptyDict, p.mark, p.none, [0x75]], /no value/);
    await brokenBy([p.none, p.none, p.append], /no list/);
    await brokenBy([p.none, p.none, p.none, [0x73]], /no dictionary/);
    await brokenBy([[0x58, 255, 0, 0, 0, 65]], /255 more bytes were needed, 2 are left/);
    await brokenBy([[0x8d, ...littleEndian(2n ** 63n, 8)]], /length of 9223372036854775808/);
    await brokenBy([[0x8c, 1, 0xff]], /not UTF-8/);
    await brokenBy([[0x63, ...utf8('os')]], /without an end/);
    await brokenBy([p.none, p.none, [0x93]], /no string/);
  });

  it('end early or late, or are of another protocol', async () => {
    const whole = p.pickle(p.dict(['a', p.tensor(p.storage('0', 6), 0, [6], [1])]));
    for (let length = 0; length < whole.length; length++) {
      const part = whole.subarray(0, length);
      await expectFailure(
        () => readPickle(part, 'x', torchHost),
        'checkpoint-broken',
        /Byte \d+ of x/,
      );
    }
    const late = Uint8Array.from([...whole, 0]);
    await expectFailure(() => readPickle(late, 'x', torchHost), 'checkpoint-broken', /left over/);
    const newer = Uint8Array.from([0x80, 6, 0x4e, 0x2e]);
    await expectFailure(
      () => readPickle(newer, 'x', torchHost),
      'checkpoint-unsupported',
      /protocol 6/,
    );
    const text = Uint8Array.from(utf8('I1\n.'));
    await expectFailure(() => readPickle(text, 'x', torchHost), 'checkpoint-broken', /no pickle/);
  });
});

describe('pickles that ask for too much', () => {
  it('are refused at the limits', async () => {
    await refused([repeated(100_001, p.none)], /100000 values on the stack/);
    await refused([repeated(1_001, p.mark)], /1000 open marks/);
    await refused([p.none, repeated(1_000_001, p.memoize)], /1000000 remembered/);
    await refused([repeated(2_000_001, [0x4e, 0x30])], /4000000 operations/);
    await refused([repeated(1_000_001, [0x5d, 0x30])], /1000000 lists, tuples and objects/);
    await refused([[0x58, ...littleEndian(2 ** 20 + 1, 4)]], /a string of 1048577 bytes/);
    await refused([[0x8b, ...littleEndian(2 ** 31, 4)]], /an integer of 2147483648 bytes/);
  });

  it('may nest a million deep, since nothing walks them', () => {
    const nested = read(p.none, repeated(1_000_000, p.tuple1));
    expect(nested instanceof TupleValue).toBe(true);
  });

  it('may hold ten to the hundredth lists in lists, since nothing expands them', () => {
    const layer = [...p.emptyList, ...p.mark, ...repeated(10, [0x68, 0]), 0x65, 0x71, 0, 0x30];
    const laughs = read(p.emptyList, [0x71, 0, 0x30], repeated(100, layer), [0x68, 0]);
    expect(laughs instanceof ListValue && laughs.items.length).toBe(10);
  });
});
