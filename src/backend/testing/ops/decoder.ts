import { describe, expect, test } from 'vitest';
import type { NormLayer } from '../../../ops/layer';
import { allRows, type Pixels, type RowSpan } from '../../../ops/pixels';
import type { Tensor } from '../../../ops/tensor';
import { CaseBuilder } from '../case-builder';
import type { OpBed } from '../op-bed';
import { randomFloats, seededRandom } from '../random';
import { resultOf, type OpCase } from '../run-case';
import { describeConv } from './conv';

export function describeDecoder(bed: OpBed): void {
  describeConv(bed);
  describeGroupNorm(bed);
  describePixelAttention(bed);
  describePicture(bed);
}

function describeGroupNorm(bed: OpBed): void {
  describe('groupNorm', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Group 0 holds 1, 3, 5, 7 twice: mean 4, variance 5; group 1 only 2.
      const x = c.pixels('x', 2, 4, [...[1, 3, 2, 2, 5, 7, 2, 2], ...[5, 7, 2, 2, 1, 3, 2, 2]]);
      const layer = c.norm('l', 4, { gamma: [1, 2, 3, 4], beta: [0, 1, 5, 6] });
      const statistics = statisticsOf(c, x, layer, 2);
      c.expose('statistics', statistics);
      c.expose('y', c.net.groupNorm(x, statistics, { silu: false }).tensor);
      c.expose('z', c.net.groupNorm(x, statistics, { silu: true }).tensor);
      const [one, three] = [1 / Math.sqrt(5), 3 / Math.sqrt(5)];
      const low = [-three, 1 - 2 * one, 5, 6];
      const high = [one, 1 + 2 * three, 5, 6];
      const y = [...low, ...high, ...high, ...low];
      await bed.expectValues(c.finish(), 'y', y);
      await bed.expectValues(
        c.finish(),
        'z',
        y.map((value) => value / (1 + Math.exp(-value))),
      );
    });

    for (const side of [1, 3, 8]) {
      for (const [channels, groups] of [
        [4, 1],
        [8, 4],
        [12, 3],
        [16, 16],
        [72, 8],
      ]) {
        for (const silu of [false, true]) {
          test(`${side} x ${side}, ${channels} channels in ${groups} groups${silu ? ', SiLU' : ''}`, async () => {
            const c = new CaseBuilder(side + channels);
            const x = c.pixels('x', side, channels);
            const statistics = statisticsOf(c, x, c.norm('l', channels), groups);
            c.expose('y', c.net.groupNorm(x, statistics, { silu }).tensor);
            // A group of one value is all rounding, divided by sqrt(eps).
            await bed.check(c.finish(), side === 1 ? 100 : 4);
          });
        }
      }
    }

    test('a mean much larger than the deviation', async () => {
      const c = new CaseBuilder(3);
      const values = Array.from({ length: 100 * 8 }, () => 500 + c.random());
      const x = c.pixels('x', 10, 8, values);
      const statistics = statisticsOf(c, x, c.norm('l', 8), 2);
      c.expose('y', c.net.groupNorm(x, statistics, { silu: false }).tensor);
      // 500 as f32 has steps of 3e-5, a ten-thousandth of the deviation.
      await bed.check(c.finish(), 100);
    });

    test('rows of a picture by the statistics of all of it, in the same bits', async () => {
      const [side, channels] = [9, 12];
      const values = randomFloats(seededRandom(4), side ** 2 * channels);
      const spans = [
        { first: 0, count: 4 },
        { first: 4, count: 1 },
        { first: 5, count: 4 },
      ];
      const record = (parts: readonly RowSpan[]): OpCase => {
        const c = new CaseBuilder(6);
        const moments = c.net.moments(side, channels);
        const held = parts.map(({ first, count }, i): Pixels => {
          const start = first * side * channels;
          const part = values.subarray(start, start + count * side * channels);
          return { tensor: c.rows(`x${i}`, count * side, channels, part), side, first, count };
        });
        // The last rows first: what the others write past their end shows.
        for (const x of [...held].reverse()) c.net.rowMoments(x, moments);
        const layer = c.norm('l', channels);
        const statistics = c.net.groupStatistics(moments, layer, { groups: 3, eps: 1e-6 });
        for (const [i, x] of held.entries()) {
          const rows = normedRows(x);
          c.expose(`y${i}`, c.net.groupNorm(x, statistics, { silu: true, rows }).tensor);
        }
        return c.finish();
      };
      const whole = resultOf(await bed.run(record([allRows(side)])), 'y0');
      const parts = record(spans);
      await bed.check(parts, 4);
      const result = await bed.run(parts);
      for (const [i, span] of spans.entries()) {
        const made = resultOf(result, `y${i}`);
        const start = (normedRows(span).first - 1) * side * channels;
        const rest = whole.subarray(start, start + made.length);
        expect(made.subarray(0, rest.length)).toEqual(rest);
      }
    });
  });
}

/** All but the outer rows, where there are others: what is made need not be all that is there. */
function normedRows({ first, count }: RowSpan): RowSpan {
  return count < 3 ? { first, count } : { first: first + 1, count: count - 2 };
}

function statisticsOf(c: CaseBuilder, x: Pixels, layer: NormLayer, groups: number): Tensor {
  const moments = c.net.moments(x.side, layer.channels);
  c.net.rowMoments(x, moments);
  return c.net.groupStatistics(moments, layer, { groups, eps: 1e-6 });
}

function describePixelAttention(bed: OpBed): void {
  describe('pixelAttention', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const ln3 = Math.log(3);
      const first = [2, 0, 0, 0, ln3, 0, 0, 0, 1, 2, 3, 4];
      const second = [0, 0, 0, 0, 0, 5, 5, 5, 5, 2, -1, 0];
      // Two pixels of the first kind, two of the second.
      const pixels = [...first, ...first, ...second, ...second];
      const qkv = c.pixels('qkv', 2, { groups: 3, group: 4 }, pixels);
      c.expose('y', c.net.pixelAttention(qkv).tensor);
      const [y0, y1] = [
        [2, 2, 2, 3],
        [3, 2, 1, 2],
      ];
      await bed.expectValues(c.finish(), 'y', [...y0, ...y0, ...y1, ...y1]);
    });

    for (const [side, channels] of [
      [1, 4],
      [3, 6],
      [7, 132],
      [8, 36],
      [9, 16],
      [6, 300], // more columns than threads, more keys than a tile
    ]) {
      test(`${side} x ${side} pixels of ${channels} channels`, async () => {
        const c = new CaseBuilder(side);
        const qkv = c.pixels('qkv', side, { groups: 3, group: channels });
        c.expose('y', c.net.pixelAttention(qkv).tensor);
        await bed.check(c.finish(), 4);
      });
    }

    test('logits in the hundreds', async () => {
      const c = new CaseBuilder(3);
      const values = Array.from({ length: 36 * 48 }, () => Math.floor(c.random() * 25) - 12);
      const qkv = c.pixels('qkv', 6, { groups: 3, group: 16 }, values);
      c.expose('y', c.net.pixelAttention(qkv).tensor);
      await bed.check(c.finish(), 100);
    });
  });
}

function describePicture(bed: OpBed): void {
  describe('picture', () => {
    test('works out an example by hand', async () => {
      // 128, 255.5 and 0.5 round down; 191.75 too; beyond them bytes are clamped.
      const { bytes, flag } = await picture(bed, [0, 1, -1, 0.5, 7, -7]);
      expect(bytes).toEqual([128, 255, 0, 255, 191, 255, 0, 255]);
      expect(flag).toBe(0);
    });

    for (const pixels of [1, 63, 65]) {
      test(`${pixels} pixels`, async () => {
        // In the middle of a step, so that no rounding can cross one.
        const { random } = new CaseBuilder(pixels);
        const levels = Array.from({ length: pixels * 3 }, () => Math.floor(random() * 256));
        const { bytes, flag } = await picture(
          bed,
          levels.map((level) => (level + 0.5 - 128) / 127.5),
        );
        expect(bytes).toEqual(levels.flatMap((level, i) => (i % 3 === 2 ? [level, 255] : [level])));
        expect(flag).toBe(0);
      });
    }

    for (const value of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 100, 194]) {
        test(`${value} in element ${place} raises the flag`, async () => {
          const x = new Float32Array(195);
          x[place] = value;
          expect((await picture(bed, x)).flag).toBe(1);
        });
      }
    }

    test('the largest finite values do not raise it', async () => {
      expect((await picture(bed, [3.4e38, -3.4e38, 0])).flag).toBe(0);
    });
  });
}

/** @param x (pixels, 3) */
async function picture(
  bed: OpBed,
  x: ArrayLike<number>,
): Promise<{ readonly bytes: readonly number[]; readonly flag: number }> {
  const c = new CaseBuilder(1);
  const pixels = x.length / 3;
  const y = c.words('y', pixels, 1, 0);
  c.net.picture(c.rows('x', pixels, 3, x), y, c.words('flags', 1, 1, 0));
  const result = await bed.run(c.finish());
  const words = resultOf(result, 'y');
  const bytes = [...words].flatMap((word) =>
    [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff),
  );
  return { bytes, flag: resultOf(result, 'flags')[0] };
}
