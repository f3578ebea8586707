import { describe, expect, test } from 'vitest';
import type { ConvLayer } from '../../../ops/layer';
import { allRows, reachOf, type RowSpan } from '../../../ops/pixels';
import { CaseBuilder, sentinel, type WeightType } from '../case-builder';
import type { OpBed } from '../op-bed';
import { randomFloats, seededRandom } from '../random';
import { resultOf, type OpCase } from '../run-case';

export function describeConv(bed: OpBed): void {
  describe('conv', () => {
    const oneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    test('a single 1 shows the kernel turned by half a turn', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 3, 1, [0, 0, 0, 0, 1, 0, 0, 0, 0]);
      const layer = c.conv('l', 1, { channels: 1, size: 3 }, { weight: oneToNine, bias: [0.5] });
      c.expose('y', c.net.conv(x, layer).tensor);
      const expected = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((value) => value + 0.5);
      await bed.expectValues(c.finish(), 'y', expected);
    });

    test('one pixel, doubled: zeros around the doubled picture; added to what is there', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 1, 1, [2]);
      const of = { channels: 1, size: 3, doubles: true } as const;
      const layer = c.conv('l', 1, of, { weight: oneToNine, bias: [1] });
      const y = c.pixels('y', 2, 1, [100, 200, 300, 400]);
      c.net.conv(x, layer, { into: y, adds: true });
      // Of the kernel: 5+6+8+9, 4+5+7+8, 2+3+5+6, 1+2+4+5.
      await bed.expectValues(c.finish(), 'y', [157, 249, 333, 425]);
    });

    test('four pixels, doubled: every tap falls on the pixel it was made of', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 2, 1, [1, 10, 100, 1000]);
      const of = { channels: 1, size: 3, doubles: true } as const;
      const layer = c.conv('l', 1, of, { weight: oneToNine, bias: [0] });
      c.expose('y', c.net.conv(x, layer).tensor);
      // The 3 x 3 kernel on 1 1 10 10 / 1 1 10 10 / 100 100 1000 1000 / 100 100 1000 1000, by NumPy.
      const expected = [
        ...[28, 174, 291, 240],
        ...[1716, 10602, 17865, 15120],
        ...[2805, 17433, 29151, 24030],
        ...[1600, 10200, 16500, 12000],
      ];
      await bed.expectValues(c.finish(), 'y', expected);
    });

    test('max(y, 0) of the sum, not of what is added', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 2, 1, [-3, -1, 1, 3]);
      const layer = c.conv('l', 1, { channels: 1, size: 1 }, { weight: [1], bias: [0.5] });
      const y = c.pixels('y', 2, 1, [5, -2, -2, -2]);
      c.expose('z', c.net.conv(x, layer, { relu: true }).tensor);
      c.net.conv(x, layer, { into: y, adds: true, relu: true });
      await bed.expectValues(c.finish(), 'z', [0, 0, 1.5, 3.5]);
      await bed.expectValues(c.finish(), 'y', [2.5, 0, 0, 1.5]);
    });

    test('a NaN is no number after max(y, 0) either', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 1, 1, [NaN]);
      const layer = c.conv('l', 1, { channels: 1, size: 1 }, { weight: [1], bias: [0] });
      c.expose('y', c.net.conv(x, layer, { relu: true }).tensor);
      expect(resultOf(await bed.run(c.finish()), 'y')[0]).toBeNaN();
    });

    test('a 1 x 1 kernel mixes channels', async () => {
      const c = new CaseBuilder(1);
      const x = c.pixels('x', 1, 3, [1, 2, 3]);
      const layer = c.conv(
        'l',
        2,
        { channels: 3, size: 1 },
        { weight: [1, 1, 1, 1, 0, -1], bias: [0, 10] },
      );
      c.expose('y', c.net.conv(x, layer).tensor);
      await bed.expectValues(c.finish(), 'y', [6, 8]);
    });

    const ends = [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const;
    // How a sum ends hangs on no type of weights: all ends are tried with one.
    for (const type of ['f32', 'f16'] as const) {
      for (const kernel of [{ size: 1 }, { size: 3 }, { size: 3, doubles: true }] as const) {
        for (const [channels, n, side] of [
          [4, 4, 1],
          [3, 5, 3],
          [1, 68, 8],
          [36, 4, 9],
          [16, 3, 16],
        ]) {
          for (const [adds, relu] of type === 'f32' ? ends : [ends[0], ends[3]]) {
            const end = `${adds ? ', added' : ''}${relu ? ', max(y, 0)' : ''}`;
            const how = `${'doubles' in kernel ? ', doubled' : ''}${end}`;
            test(`${kernel.size} x ${kernel.size}, ${channels} -> ${n} channels of ${side} x ${side}${how}, ${type}`, async () => {
              await bed.check(convCase({ kernel, channels, n, side, type, adds, relu }), 10);
            });
          }
        }
      }
    }

    for (const [name, kernel, rows] of [
      ['the first rows', { size: 3 }, { first: 0, count: 3 }],
      ['rows in the middle', { size: 3 }, { first: 2, count: 5 }],
      ['the last row', { size: 3 }, { first: 8, count: 1 }],
      ['rows under a 1 x 1 kernel', { size: 1 }, { first: 4, count: 3 }],
      ['the first doubled rows', { size: 3, doubles: true }, { first: 0, count: 4 }],
      ['doubled rows in the middle', { size: 3, doubles: true }, { first: 6, count: 2 }],
      ['the last doubled rows', { size: 3, doubles: true }, { first: 10, count: 8 }],
    ] as const) {
      test(`${name}, from a tensor of the rows that the kernel reaches: as in the whole`, async () => {
        const { whole, part } = bandCases({ kernel, rows });
        await bed.check(part, 10);
        const expected = resultOf(await bed.run(whole), 'y');
        const length = rows.count * bandSide(kernel) * bandChannels;
        const start = rows.first * bandSide(kernel) * bandChannels;
        const made = resultOf(await bed.run(part), 'y');
        // The tensor begins a row earlier, which is left alone.
        const before = bandSide(kernel) * bandChannels;
        expect(made.subarray(before)).toEqual(expected.subarray(start, start + length));
        expect(new Set(made.subarray(0, before))).toEqual(new Set([sentinel]));
      });
    }

    test('convolutions side by side', async () => {
      const c = new CaseBuilder(2, 'f16');
      const layer = c.conv('qkv', { groups: 3, group: 6 }, { channels: 6, size: 1 });
      c.expose('y', c.net.conv(c.pixels('x', 5, 6), layer).tensor);
      await bed.check(c.finish(), 4);
    });
  });
}

type Kernel = Pick<ConvLayer, 'size' | 'doubles'>;

function convCase(of: {
  readonly kernel: Kernel;
  readonly channels: number;
  readonly n: number;
  /** Of x. */
  readonly side: number;
  readonly type: WeightType;
  readonly adds: boolean;
  readonly relu: boolean;
}): OpCase {
  const { kernel, channels, n, side, type, adds, relu } = of;
  const c = new CaseBuilder(side + n, type);
  const x = c.pixels('x', side, channels);
  const layer = c.conv('l', n, { channels, ...kernel });
  const ySide = side * (kernel.doubles ? 2 : 1);
  if (adds) c.net.conv(x, layer, { into: c.pixels('y', ySide, n), adds, relu });
  else c.expose('y', c.net.conv(x, layer, { relu }).tensor);
  return c.finish();
}

/** Channels of y in `bandCases`; those of x are fewer. */
const bandChannels = 5;

/** Pixels a side of y in `bandCases`, of 9 of x. */
function bandSide({ doubles }: Kernel): number {
  return doubles ? 18 : 9;
}

/** A convolution of a whole picture, and of some rows of it in a tensor that holds no more than it needs. */
function bandCases({ kernel, rows }: { readonly kernel: Kernel; readonly rows: RowSpan }) {
  const [side, channels] = [9, 3];
  const values = randomFloats(seededRandom(4), side ** 2 * channels);
  const scale = kernel.doubles ? 2 : 1;
  const record = (held: RowSpan, made?: RowSpan): OpCase => {
    const c = new CaseBuilder(8);
    const layer = c.conv('l', bandChannels, { channels, ...kernel });
    const start = held.first * side * channels;
    const part = values.subarray(start, start + held.count * side * channels);
    const x = { tensor: c.rows('x', held.count * side, channels, part), side, ...held };
    if (!made) {
      c.expose('y', c.net.conv(x, layer).tensor);
      return c.finish();
    }
    const spare = { first: made.first - 1, count: made.count + 1 };
    const into = c.net.pixels(side * scale, spare, layer.n);
    c.net.conv(x, layer, { rows: made, into });
    c.expose('y', into.tensor);
    return c.finish();
  };
  const source = { first: rows.first / scale, count: rows.count / scale };
  return {
    whole: record(allRows(side)),
    part: record(reachOf(source, kernel.size, side), rows),
  };
}
