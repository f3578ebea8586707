import { describe, expect, test } from 'vitest';
import { CaseBuilder, type WeightType } from '../case-builder';
import type { OpBed } from '../op-bed';
import { weightTypes } from '../patterns';
import { resultOf, type OpCase } from '../run-case';

export function describeDecoder(bed: OpBed): void {
  describeConv(bed);
  describeGroupNorm(bed);
  describePixelAttention(bed);
  describePicture(bed);
}

function describeConv(bed: OpBed): void {
  describe('conv', () => {
    const oneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    test('a single 1 shows the kernel turned by half a turn', async () => {
      const c = new CaseBuilder(1);
      const x = c.rows('x', 9, 1, [0, 0, 0, 0, 1, 0, 0, 0, 0]);
      const layer = c.conv('l', 1, { channels: 1, size: 3 }, { weight: oneToNine, bias: [0.5] });
      c.expose('y', c.net.conv(x, layer));
      const expected = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((value) => value + 0.5);
      await bed.expectValues(c.finish(), 'y', expected);
    });

    test('one pixel, doubled: zeros around the doubled picture; the residual is added', async () => {
      const c = new CaseBuilder(1);
      const x = c.rows('x', 1, 1, [2]);
      const layer = c.conv('l', 1, { channels: 1, size: 3 }, { weight: oneToNine, bias: [1] });
      const residual = c.rows('residual', 4, 1, [100, 200, 300, 400]);
      c.expose('y', c.net.conv(x, layer, { upsample: true, residual }));
      // Of the kernel: 5+6+8+9, 4+5+7+8, 2+3+5+6, 1+2+4+5.
      await bed.expectValues(c.finish(), 'y', [157, 249, 333, 425]);
    });

    test('a 1 x 1 kernel mixes channels', async () => {
      const c = new CaseBuilder(1);
      const x = c.rows('x', 1, 3, [1, 2, 3]);
      const layer = c.conv(
        'l',
        2,
        { channels: 3, size: 1 },
        { weight: [1, 1, 1, 1, 0, -1], bias: [0, 10] },
      );
      c.expose('y', c.net.conv(x, layer));
      await bed.expectValues(c.finish(), 'y', [6, 8]);
    });

    for (const type of weightTypes) {
      for (const size of [1, 3] as const) {
        for (const [channels, n, side] of [
          [4, 4, 1],
          [3, 5, 3],
          [1, 68, 8],
          [36, 4, 9],
          [16, 3, 16],
        ]) {
          for (const more of [{}, { upsample: true }, { residual: true }]) {
            const how = Object.keys(more).join();
            test(`${size} x ${size}, ${channels} -> ${n} channels of ${side} x ${side} ${how}, ${type}`, async () => {
              await bed.check(convCase({ size, channels, n, side, type, ...more }), 10);
            });
          }
        }
      }
    }

    test('convolutions side by side', async () => {
      const c = new CaseBuilder(2, 'f16');
      const layer = c.conv('qkv', { groups: 3, group: 6 }, { channels: 6, size: 1 });
      c.expose('y', c.net.conv(c.rows('x', 25, 6), layer));
      await bed.check(c.finish(), 4);
    });
  });
}

function convCase(of: {
  readonly size: 1 | 3;
  readonly channels: number;
  readonly n: number;
  /** Of x. */
  readonly side: number;
  readonly type: WeightType;
  readonly upsample?: boolean;
  readonly residual?: boolean;
}): OpCase {
  const { size, channels, n, side, type, upsample = false, residual = false } = of;
  const c = new CaseBuilder(side + n, type);
  const x = c.rows('x', side ** 2, channels);
  const layer = c.conv('l', n, { channels, size });
  const pixels = (upsample ? 4 : 1) * side ** 2;
  c.expose(
    'y',
    c.net.conv(x, layer, {
      upsample,
      residual: residual ? c.rows('residual', pixels, n) : undefined,
    }),
  );
  return c.finish();
}

function describeGroupNorm(bed: OpBed): void {
  describe('groupNorm', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Group 0 holds 1, 3, 5, 7: mean 4, variance 5; group 1 only 2.
      const x = c.rows('x', 2, 4, [1, 3, 2, 2, 5, 7, 2, 2]);
      const layer = c.norm('l', 4, { gamma: [1, 2, 3, 4], beta: [0, 1, 5, 6] });
      c.expose('y', c.net.groupNorm(x, layer, { groups: 2, eps: 1e-6, silu: false }));
      c.expose('z', c.net.groupNorm(x, layer, { groups: 2, eps: 1e-6, silu: true }));
      const [one, three] = [1 / Math.sqrt(5), 3 / Math.sqrt(5)];
      const y = [-three, 1 - 2 * one, 5, 6, one, 1 + 2 * three, 5, 6];
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
            const x = c.rows('x', side ** 2, channels);
            const layer = c.norm('l', channels);
            c.expose('y', c.net.groupNorm(x, layer, { groups, eps: 1e-6, silu }));
            // A group of one value is all rounding, divided by sqrt(eps).
            await bed.check(c.finish(), side === 1 ? 100 : 4);
          });
        }
      }
    }

    test('a mean much larger than the deviation', async () => {
      const c = new CaseBuilder(3);
      const values = Array.from({ length: 100 * 8 }, () => 500 + c.random());
      const layer = c.norm('l', 8);
      const options = { groups: 2, eps: 1e-6, silu: false };
      c.expose('y', c.net.groupNorm(c.rows('x', 100, 8, values), layer, options));
      // 500 as f32 has steps of 3e-5, a ten-thousandth of the deviation.
      await bed.check(c.finish(), 100);
    });
  });
}

function describePixelAttention(bed: OpBed): void {
  describe('pixelAttention', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const ln3 = Math.log(3);
      const first = [2, 0, 0, 0, ln3, 0, 0, 0, 1, 2, 3, 4];
      const second = [0, 0, 0, 0, 0, 5, 5, 5, 5, 2, -1, 0];
      const qkv = c.rows('qkv', 2, { groups: 3, group: 4 }, [...first, ...second]);
      c.expose('y', c.net.pixelAttention(qkv));
      await bed.expectValues(c.finish(), 'y', [2, 2, 2, 3, 3, 2, 1, 2]);
    });

    for (const [pixels, channels] of [
      [1, 4],
      [9, 6],
      [64, 36],
      [65, 16],
      [63, 132],
    ]) {
      test(`${pixels} pixels of ${channels} channels`, async () => {
        const c = new CaseBuilder(pixels);
        const qkv = c.rows('qkv', pixels, { groups: 3, group: channels });
        c.expose('y', c.net.pixelAttention(qkv));
        await bed.check(c.finish(), 4);
      });
    }

    test('logits in the hundreds', async () => {
      const c = new CaseBuilder(3);
      const values = Array.from({ length: 36 * 48 }, () => Math.floor(c.random() * 25) - 12);
      const qkv = c.rows('qkv', 36, { groups: 3, group: 16 }, values);
      c.expose('y', c.net.pixelAttention(qkv));
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
