import { describe, expect, it } from 'vitest';
import { openCheckpoint } from './open';
import { expectFailure } from './testing/expect-failure';
import { littleEndian, utf8 } from './testing/bytes';
import { WatchedBlob } from './testing/watched-blob';

/** A file of a header text and `dataLength` bytes 0, 1, 2, ... */
function file(header: string, dataLength = 0, headerLength?: number | bigint): Blob {
  const text = utf8(header);
  const data = Array.from({ length: dataLength }, (_, i) => i);
  const bytes = [...littleEndian(headerLength ?? text.length, 8), ...text, ...data];
  return new WatchedBlob([Uint8Array.from(bytes)]);
}

function open(header: string, dataLength?: number, headerLength?: number | bigint) {
  return openCheckpoint(file(header, dataLength, headerLength), 'a.safetensors');
}

const entry = (shape: string, begin: number, end: number, dtype = 'U8') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('safetensors', () => {
  it('reads tensors in any order of the header, scalars, empty ones and a padded header', async () => {
    const header = `{"b":${entry('[2,2]', 1, 5)},"e":${entry('[0,7]', 1, 1)},"a":${entry('[]', 0, 1)}}  `;
    const { tensors, format, metadata } = await open(header, 5);
    expect(format).toBe('safetensors');
    expect(metadata.size).toBe(0);
    expect([...(tensors.get('a')?.shape ?? [9])]).toEqual([]);
    expect([...((await tensors.get('a')?.bytes()) ?? [])]).toEqual([0]);
    expect([...((await tensors.get('b')?.bytes()) ?? [])]).toEqual([1, 2, 3, 4]);
    expect(await tensors.get('e')?.bytes()).toHaveLength(0);
  });

  it('takes hostile names for names', async () => {
    const header = `{"__proto__":${entry('[1]', 0, 1)},"constructor":${entry('[1]', 1, 2)}}`;
    const { tensors } = await open(header, 2);
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });

  it.each<[string, string, number, RegExp]>([
    ['a key twice', `{"a":${entry('[1]', 0, 1)},"\\u0061":${entry('[1]', 1, 2)}}`, 2, /"a" twice/],
    [
      'a field twice',
      `{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`,
      1,
      /"dtype" twice/,
    ],
    [
      'a gap',
      `{"a":${entry('[1]', 0, 1)},"b":${entry('[1]', 2, 3)}}`,
      3,
      /"b" begins at data byte 2; 1/,
    ],
    [
      'an overlap',
      `{"a":${entry('[2]', 0, 2)},"b":${entry('[2]', 1, 3)}}`,
      3,
      /"b" begins at data byte 1; 2/,
    ],
    ['data left over', `{"a":${entry('[1]', 0, 1)}}`, 2, /take 1 bytes, but 2/],
    ['data missing', `{"a":${entry('[4]', 0, 4)}}`, 2, /take 4 bytes, but 2/],
    ['a size that does not fit the shape', `{"a":${entry('[3]', 0, 2)}}`, 2, /"a" of shape \[3\]/],
    ['a range backwards', `{"a":${entry('[1]', 2, 1)}}`, 1, /"a" of shape/],
    ['an overflowing shape', `{"a":${entry('[4294967296,4294967296]', 0, 0)}}`, 0, /"a" of shape/],
    ['a shape past 2^53', `{"a":${entry('[9007199254740992]', 0, 0)}}`, 0, /"a".*shape\.0/],
    ['a negative size', `{"a":${entry('[-1]', 0, 0)}}`, 0, /"a".*shape\.0/],
    ['a fractional size', `{"a":${entry('[0.5]', 0, 0)}}`, 0, /"a".*shape\.0/],
    ['too many axes', `{"a":${entry(`[${'1,'.repeat(99)}1]`, 0, 1)}}`, 1, /"a" of shape/],
    ['no dtype', '{"a":{"shape":[1],"data_offsets":[0,1]}}', 1, /"a".*dtype/],
    ['a third offset', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', 1, /"a"/],
    ['a tensor that is none', '{"a":3}', 0, /"a"/],
    ['metadata that is no text', '{"__metadata__":{"n":1}}', 0, /__metadata__.*"n"/],
    ['metadata that is a list', '{"__metadata__":["n"]}', 0, /__metadata__/],
    ['no tensors', '{}', 0, /no tensors/],
    ['JSON that breaks off', '{"a":', 0, /not valid JSON/],
  ])('refuses %s', async (_, header, dataLength, message) => {
    await expectFailure(() => open(header, dataLength), 'checkpoint-broken', message);
  });

  it('refuses types it does not know', async () => {
    const header = `{"a":${entry('[1]', 0, 1, 'F8_E4M3')}}`;
    await expectFailure(() => open(header, 1), 'checkpoint-unsupported', /"a".*F8_E4M3/);
  });

  it.each<[string, string, RegExp]>([
    ['deep nesting', `{"a":${'['.repeat(100_000)}`, /more than 4 levels, at character 8/],
    ['a million values', `{"a":[${'0,'.repeat(1_000_000)}0]}`, /more than 1000000 values/],
    ['a million lists', `{"a":[${'[],'.repeat(400_000)}0]}`, /more than 300002 objects and lists/],
  ])('refuses %s at the first thing that is too much', async (_, header, message) => {
    await expectFailure(() => open(header), 'checkpoint-unsupported', message);
  });

  it('refuses text that is not UTF-8', async () => {
    const bytes = [...littleEndian(5, 8), ...utf8('{"'), 0xff, ...utf8('":')];
    await expectFailure(
      () => openCheckpoint(new Blob([Uint8Array.from(bytes)]), 'a'),
      'checkpoint-broken',
      /not valid JSON/,
    );
  });

  it('refuses a header longer than the file or than the format allows, without reading it', async () => {
    await expectFailure(() => open('{}', 0, 3), 'checkpoint-broken', /claims 3 bytes/);
    await expectFailure(() => open('{}', 0, 0xffffffff), 'checkpoint-broken', /claims 4294967295/);
    // 100 MB and one byte of header, all there: only the format's limit speaks against it.
    const long = new Blob([file('{', 0, 100_000_001), new Uint8Array(100_000_001)]);
    await expectFailure(() => openCheckpoint(long, 'a'), 'checkpoint-broken', /may have 100000000/);
  });
});
