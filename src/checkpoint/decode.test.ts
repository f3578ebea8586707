import { describe, expect, it } from 'vitest';
import type { CheckpointDtype, CheckpointTensor } from './tensor';
import { readFloat32, readHalfBits, readNumbers } from './decode';
import { bytesPerElement } from './layout';
import { openCheckpoint } from './open';
import { expectFailure } from './testing/expect-failure';
import { readFixture } from './testing/files';

/** A tensor over given bytes, which start at an odd byte of their buffer. */
function unalignedTensor(dtype: CheckpointDtype, content: ArrayBufferView): CheckpointTensor {
  const shifted = new Uint8Array(content.byteLength + 3);
  shifted.set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength), 1);
  const bytes = shifted.subarray(1, 1 + content.byteLength);
  return { name: 'a', dtype, shape: [content.byteLength], bytes: () => Promise.resolve(bytes) };
}

const rows = [-2.5, -1, 0, 0.5, 1, 100];
const truncated = [-2, -1, 0, 0, 1, 100];

describe('reading tensors as numbers', () => {
  it.each([
    ['f64', rows],
    ['f32', rows],
    ['f16', rows],
    ['bf16', rows],
    ['i64', truncated],
    ['i32', truncated],
    ['i16', truncated],
    ['i8', truncated],
    ['u8', [2, 1, 0, 0, 1, 100]],
    ['bool', [1, 1, 0, 1, 1, 1]],
  ])('reads %s as f32 and as halves', async (dtype, values) => {
    const { tensors } = await openCheckpoint(new Blob([readFixture('types.pt')]), 'types.pt');
    const tensor = tensors.get(dtype);
    if (!tensor) throw new Error(`no ${dtype}`);
    expect([...(await readFloat32(tensor))].map((value) => value + 0)).toEqual(values);
    const halves = await readHalfBits({ ...tensor, bytes: () => tensor.bytes() });
    const encodings = new Map([
      [-2.5, 0xc100],
      [-2, 0xc000],
      [-1, 0xbc00],
      [0, 0],
      [0.5, 0x3800],
      [1, 0x3c00],
      [2, 0x4000],
      [100, 0x5640],
    ]);
    expect([...halves]).toEqual(values.map((value) => encodings.get(value)));
  });

  it('takes bytes that are not aligned', async () => {
    const floats = new Float32Array([1.5, -3e-39]);
    expect(await readFloat32(unalignedTensor('f32', floats))).toEqual(floats);
    const halves = new Uint16Array([0x3c00, 0x7e01, 0xfc00]);
    expect(await readHalfBits(unalignedTensor('f16', halves))).toEqual(halves);
    const integers = new BigInt64Array([-(2n ** 40n), 3n]);
    expect([...(await readFloat32(unalignedTensor('i64', integers)))]).toEqual([-(2 ** 40), 3]);
  });

  it('keeps infinities and NaN, and refuses what only becomes infinite', async () => {
    const special = new Float32Array([Infinity, -Infinity, NaN]);
    expect([...(await readHalfBits(unalignedTensor('f32', special)))]).toEqual([
      0x7c00, 0xfc00, 0x7e00,
    ]);
    await expectFailure(
      () => readHalfBits(unalignedTensor('f32', new Float32Array([1, -65520]))),
      'checkpoint-unsupported',
      /Element 1 of tensor "a" is -65520, too large for f16/,
    );
    await expectFailure(
      () => readFloat32(unalignedTensor('f64', new Float64Array([1e39]))),
      'checkpoint-unsupported',
      /Element 0 of tensor "a" is 1e\+39, too large for f32/,
    );
  });

  it('reports a file that can no longer be read', async () => {
    const gone: CheckpointTensor = {
      ...unalignedTensor('f32', new Float32Array(1)),
      bytes: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
    };
    await expectFailure(() => readFloat32(gone), 'file-unreadable', /"a".*gone/);
    await expectFailure(() => readHalfBits(gone), 'file-unreadable', /"a".*gone/);
  });

  it.each([
    [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
    [new RangeError('Offset is outside the bounds of the DataView'), 'checkpoint-broken'],
  ] as const)('says of %s what it is', async (thrown, code) => {
    const tensor: CheckpointTensor = {
      ...unalignedTensor('f32', new Float32Array(1)),
      bytes: () => Promise.reject(thrown),
    };
    await expectFailure(() => readFloat32(tensor), code, /"a"/);
  });

  it.each(['f64', 'f32', 'f16', 'bf16', 'i64', 'i32', 'bool'] as const)(
    'gives the bytes of %s back where the numbers are not in them',
    async (dtype) => {
      const readers = [readFloat32, readHalfBits, readNumbers];
      const kept = await Promise.all(
        readers.map(async (read) => {
          const bytes = new Uint8Array(2 * bytesPerElement[dtype]);
          const tensor = { name: 'a', dtype, shape: [2], bytes: () => Promise.resolve(bytes) };
          const numbers = await read(tensor);
          expect([...numbers]).toEqual([0, 0]);
          return bytes.length > 0 && bytes.buffer !== numbers.buffer;
        }),
      );
      expect(kept).toEqual([false, false, false]);
    },
  );

  it('does not take a cancellation for damage', async () => {
    const cancelled = new DOMException('Cancelled', 'AbortError');
    const tensor: CheckpointTensor = {
      ...unalignedTensor('f32', new Float32Array(1)),
      bytes: () => Promise.reject(cancelled),
    };
    await expect(readFloat32(tensor)).rejects.toBe(cancelled);
  });
});
