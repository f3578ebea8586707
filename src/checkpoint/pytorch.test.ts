import { describe, expect, it } from 'vitest';
import { readFloat32 } from './decode';
import { openCheckpoint } from './open';
import { expectFailure } from './testing/expect-failure';
import { floats, utf8 } from './testing/bytes';
import * as p from './testing/pickle-writer';
import { WatchedBlob } from './testing/watched-blob';
import { zipArchive, type ZipInput } from './testing/zip-writer';

const sixFloats: ZipInput = { name: 'a/data/0', data: floats(0, 1, 2, 3, 4, 5) };
const six = p.storage('0', 6);
const row = p.tensor(six, 0, [6], [1]);

function pickleEntry(...code: readonly p.Code[]): ZipInput {
  return { name: 'a/data.pkl', data: p.pickle(...code) };
}

function open(entries: readonly ZipInput[], entryCount?: number) {
  return openCheckpoint(new WatchedBlob([zipArchive(entries, entryCount)]), 'a.pt');
}

async function readState(code: p.Code): Promise<Record<string, number[]>> {
  const { tensors } = await open([pickleEntry(code), sixFloats]);
  const state: Record<string, number[]> = {};
  for (const [name, tensor] of tensors) state[name] = [...(await readFloat32(tensor))];
  return state;
}

describe('where the weights are in a PyTorch file', () => {
  const first = p.tensor(six, 0, [2], [1]);
  const last = p.tensor(six, 4, [2], [1]);
  const model = p.dict(['w', first]);
  const average = p.dict(['w', last]);
  it.each<[string, p.Code, Record<string, number[]>]>([
    ['plain', model, { w: [0, 1] }],
    [
      'ema before model',
      p.dict(['model', model], ['ema', average], ['epoch', p.none]),
      { w: [4, 5] },
    ],
    ['model where ema is None', p.dict(['ema', p.none], ['model', model]), { w: [0, 1] }],
    ['model where ema is empty', p.dict(['ema', p.emptyDict], ['model', model]), { w: [0, 1] }],
    ['state_dict', p.dict(['state_dict', average]), { w: [4, 5] }],
    ['a tensor called model', p.dict(['model', first]), { model: [0, 1] }],
    [
      'a prefix on every key',
      p.dict(['module.a', first], ['module.b', last]),
      { a: [0, 1], b: [4, 5] },
    ],
    [
      'a prefix on one key',
      p.dict(['module.a', first], ['b', last]),
      { 'module.a': [0, 1], b: [4, 5] },
    ],
    ['two wrappers', p.dict(['module._orig_mod.a', first]), { a: [0, 1] }],
    ['entries that are no tensors', p.dict(['w', first], ['step', [0x4b, 3]]), { w: [0, 1] }],
  ])('%s', async (_, code, expected) => {
    expect(await readState(code)).toEqual(expected);
  });

  it('reads views of one storage, row-major', async () => {
    const views = p.dict(
      ['transposed', p.tensor(six, 0, [3, 2], [1, 3])],
      ['column', p.tensor(six, 1, [2, 1], [3, 1])],
      ['empty', p.tensor(six, 6, [0, 5], [5, 1])],
      ['scalar', p.tensor(six, 3, [], [])],
      ['overlapping', p.tensor(six, 2, [2, 2], [1, 1])],
    );
    expect(await readState(views)).toEqual({
      transposed: [0, 3, 1, 4, 2, 5],
      column: [1, 4],
      empty: [],
      scalar: [3],
      overlapping: [2, 3, 3, 4],
    });
  });

  it('never looks at the optimiser: its storages need not even be there', async () => {
    const moments = p.tensor(p.storage('gone', 2 ** 40), 0, [2 ** 40], [1]);
    const code = p.dict(['opt', p.dict(['exp_avg', moments])], ['ema', p.dict(['w', row])]);
    expect(await readState(code)).toEqual({ w: [0, 1, 2, 3, 4, 5] });
  });

  it.each<[string, p.Code, RegExp]>([
    ['a tensor alone', row, /no dictionary/],
    ['a list', [...p.emptyList, ...row, ...p.append], /no dictionary/],
    ['numbers alone', p.dict(['lr', [0x4b, 1]]), /its keys are "lr"/],
    ['nothing', p.emptyDict, /its keys are none/],
  ])('refuses %s', async (_, code, message) => {
    await expectFailure(() => readState(code), 'checkpoint-unsupported', message);
  });

  it('refuses tensors that claim far more than the file holds', async () => {
    const data = new Uint8Array(2 ** 16);
    const shared = p.storage('0', 2 ** 14);
    const code = (count: number) =>
      p.dict(
        ...Array.from(
          { length: count },
          (_, i) => [`w${i}`, p.tensor(shared, 0, [2 ** 14], [1])] as const,
        ),
      );
    const file = (count: number) => [pickleEntry(code(count)), { name: 'a/data/0', data }];
    await expectFailure(
      () => open(file(100)),
      'checkpoint-unsupported',
      /The tensors claim 6553600 bytes of a file of \d+/,
    );
    // Tied weights are no attack.
    expect((await open(file(2))).tensors.size).toBe(2);
  });

  it('refuses a key twice and a storage that is missing or of another size', async () => {
    await expectFailure(
      () => readState(p.dict(['w', row], ['w', row])),
      'checkpoint-broken',
      /"w" twice/,
    );
    const gone = p.dict(['w', p.tensor(p.storage('7', 6), 0, [6], [1])]);
    await expectFailure(
      () => readState(gone),
      'checkpoint-broken',
      /"w" .*"a\/data\/7", which is missing/,
    );
    for (const [type, elements] of [
      ['FloatStorage', 5],
      ['DoubleStorage', 6],
    ] as const) {
      const wrong = p.dict(['w', p.tensor(p.storage('0', elements, type), 0, [5], [1])]);
      await expectFailure(
        () => readState(wrong),
        'checkpoint-broken',
        /"w" needs \d+ bytes .* has 24/,
      );
    }
  });
});

describe('the archive of a PyTorch file', () => {
  const index = pickleEntry(p.dict(['w', row]));
  const word = (name: string, text: string): ZipInput => ({ name: `a/${name}`, data: utf8(text) });

  it('opens with and without its small entries', async () => {
    const entries = [index, sixFloats, word('byteorder', 'little'), word('version', '3\n')];
    expect((await open(entries)).tensors.size).toBe(1);
    expect((await open([index, sixFloats])).tensors.size).toBe(1);
  });

  it.each<[string, ZipInput[], RegExp]>([
    ['big-endian numbers', [index, sixFloats, word('byteorder', 'big')], /big-endian/],
    ['a newer version', [index, sixFloats, word('version', '11')], /version 11/],
    ['other archives', [{ name: 'word/document.xml', data: [] }], /not one that torch\.save made/],
    ['a pickle at the top', [{ ...index, name: 'data.pkl' }], /not one that torch\.save made/],
    ['TorchScript', [index, word('code/model.py', '')], /TorchScript/],
    ['a compressed index', [{ ...index, method: 8 }, sixFloats], /"a\/data\.pkl" is compressed/],
    ['compressed weights', [index, { ...sixFloats, method: 8 }], /"a\/data\/0" is compressed/],
    [
      'a zip bomb',
      [index, { ...sixFloats, method: 8, uncompressedSize: 2 ** 31 }],
      /is compressed/,
    ],
    [
      'encrypted weights',
      [index, { ...sixFloats, flags: 1 }],
      /"a\/data\/0" is compressed or encr/,
    ],
    ['a giant index', [{ ...index, data: new Uint8Array(2 ** 25 + 1) }], /has 33554433 bytes/],
  ])('refuses %s', async (_, entries, message) => {
    await expectFailure(() => open(entries), 'checkpoint-unsupported', message);
  });

  it.each<[string, ZipInput[], RegExp]>([
    [
      'a byte order of its own',
      [index, sixFloats, word('byteorder', 'pdp')],
      /byte order is "pdp"/,
    ],
    ['a version that is no number', [index, sixFloats, word('version', '?')], /version is "\?"/],
    ['two entries of one name', [index, sixFloats, sixFloats], /two entries named "a\/data\/0"/],
    [
      'two indexes',
      [index, { ...index, name: 'b/data.pkl' }, sixFloats],
      /2 entries named data\.pkl/,
    ],
    ['a wrong checksum of the index', [{ ...index, crc32: 5 }, sixFloats], /checksum/],
    [
      'an entry past the end',
      [index, { ...sixFloats, directorySize: 9999 }],
      /"a\/data\/0" .* runs past/,
    ],
    [
      'overlapping entries',
      [{ ...index, directorySize: 9999 }, sixFloats],
      /"a\/data\.pkl" .* runs past/,
    ],
    ['an entry that is elsewhere', [index, { ...sixFloats, headerOffset: 1 }], /./],
  ])('refuses %s', async (_, entries, message) => {
    await expectFailure(() => open(entries), 'checkpoint-broken', message);
  });

  it('refuses a directory that is cut or counts too many entries', async () => {
    await expectFailure(() => open([index, sixFloats], 3), 'checkpoint-broken', /directory/);
    const whole = zipArchive([index, sixFloats]);
    for (let length = 4; length < whole.length; length++) {
      const part = new WatchedBlob([whole.subarray(0, length)]);
      await expectFailure(() => openCheckpoint(part, 'a.pt'), 'checkpoint-broken', /./);
    }
  });

  it.each<[string, Partial<ZipInput>]>([
    ['another name', { localName: 'a/data/1' }],
    ['a longer name', { localName: 'a/data/00' }],
    ['a gap behind the data', { descriptor: Array<number>(16).fill(0) }],
    ['no descriptor where it announces one', { flags: 8 }],
    ['no signature in its descriptor', { flags: 8, descriptor: Array<number>(16).fill(0) }],
  ])('refuses weights whose own header has %s', async (_, change) => {
    const { tensors } = await open([index, { ...sixFloats, ...change }]);
    await expectFailure(
      () => tensors.get('w')?.bytes(),
      'checkpoint-broken',
      /header of "a\/data\/0" at byte \d+ does not agree/,
    );
  });

  it('passes over an extra field and data descriptors', async () => {
    const descriptor = [0x50, 0x4b, 7, 8, ...Array<number>(12).fill(0)];
    const { tensors } = await open([
      { ...index, flags: 8, descriptor: [...descriptor, ...Array<number>(8).fill(0)] },
      { ...sixFloats, flags: 8, descriptor, localExtra: [0x46, 0x42, 2, 0, 0, 0] },
    ]);
    expect([...((await tensors.get('w')?.bytes()) ?? [])]).toEqual(floats(0, 1, 2, 3, 4, 5));
  });
});
