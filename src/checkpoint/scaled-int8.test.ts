import { describe, expect, it } from 'vitest';
import { floatToHalf } from './half';
import { renamed } from './layouts/derived-tensor';
import { withScalesApplied } from './layouts/scaled-int8';
import type { CheckpointTensor } from './tensor';
import { TensorSource } from './tensor-source';

function tensor(
  name: string,
  dtype: 'i8' | 'f16',
  shape: readonly number[],
  values: Int8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>,
): readonly [string, CheckpointTensor] {
  return [
    name,
    { name, dtype, shape, bytes: () => Promise.resolve(new Uint8Array(values.slice().buffer)) },
  ];
}

/** Two rows, of scales 0.5 and 3 * 2^-8. */
function tensors(scales: readonly number[] = [0.5, 3 / 256]) {
  return withScalesApplied(
    new Map([
      tensor('w', 'i8', [2, 3], Int8Array.of(-128, 0, 127, 1, -2, 3)),
      tensor('w.scale', 'f16', [2], Uint16Array.from(scales, floatToHalf)),
    ]),
  );
}

describe('int8 with a scale a row', () => {
  it('is f32 to whom asks for that, each weight the product rounded once', async () => {
    const values = await new TensorSource(tensors()).float32('w', [2, 3]);
    expect([...values]).toEqual([-64, 0, 63.5, 3 / 256, -6 / 256, 9 / 256]);
  });

  it('is what the file has to whom takes that, also under another name', async () => {
    const all = tensors();
    const [w] = all.values();
    for (const [name, map] of [
      ['w', all],
      ['other', new Map([['other', renamed('other', w)]])],
    ] as const) {
      const read = await new TensorSource(map).scaledBytes(name, [2, 3]);
      expect([...(read?.integers ?? [])]).toEqual([-128, 0, 127, 1, -2, 3]);
      expect([...(read?.scales ?? [])]).toEqual([0.5, 3 / 256]);
    }
  });

  it('has as many scales a row as the file has groups, in the order of the columns', async () => {
    const grouped = withScalesApplied(
      new Map([
        tensor('w', 'i8', [2, 2, 2], Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
        tensor('w.scale', 'f16', [2, 2], Uint16Array.of(...[1, 2, 0.5, -4].map(floatToHalf))),
      ]),
    );
    const source = new TensorSource(grouped);
    expect([...(await source.float32('w', [2, 2, 2]))]).toEqual([1, 2, 6, 8, 2.5, 3, -28, -32]);
    const read = await source.scaledBytes('w', [2, 2, 2]);
    expect([...(read?.scales ?? [])]).toEqual([1, 2, 0.5, -4]);
  });

  it.each([[[3]], [[2, 2]], [[2, 0]], [[2, 3, 1]], [[]]])(
    'is refused where scales of %j do not fit two rows of three',
    (shape) => {
      const map = new Map([
        tensor('w', 'i8', [2, 3], new Int8Array(6)),
        tensor('w.scale', 'f16', shape, new Uint16Array(6)),
      ]);
      expect(() => withScalesApplied(map)).toThrow('"w.scale" is f16');
    },
  );

  it('is refused where a scale is none', async () => {
    const source = new TensorSource(tensors([0.5, NaN]));
    await expect(source.scaledBytes('w', [2, 3])).rejects.toMatchObject({
      code: 'weights-not-finite',
    });
  });

  it('is not what other tensors are', async () => {
    const plain = new Map([tensor('h', 'f16', [1], Uint16Array.of(0))]);
    expect(await new TensorSource(plain).scaledBytes('h', [1])).toBeUndefined();
  });
});
