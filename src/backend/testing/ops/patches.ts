import { describe, test } from 'vitest';
import { CaseBuilder, type WeightType } from '../case-builder';
import type { OpBed } from '../op-bed';
import type { OpCase } from '../run-case';

export function describePatches(bed: OpBed): void {
  describe('patchEmbed', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // One image of 2 x 2 pixels and two channels in one patch: k is (c, p, q).
      const x = c.dense('x', 2, 4, [1, 2, 3, 4, 5, 6, 7, 8]);
      const pick = (k: number) => Array.from({ length: 8 }, (_, i) => (i === k ? 1 : 0));
      const layer = c.linear('l', 4, 8, {
        weight: [...pick(0), ...pick(1), ...pick(2), ...pick(7)],
        bias: [10, 20, 30, 40],
      });
      const positions = c.table('p', 1, 4, [0.5, 0.25, 0, -1]);
      const shape = { items: 2, images: 1, channels: 2, side: 2, patch: 2 };
      c.expose('y', c.net.patchEmbed(x, layer, positions, shape));
      const item = [11.5, 22.25, 33, 47];
      await bed.expectValues(c.finish(), 'y', [...item, ...item]);
    });

    const shapes = [
      { items: 1, images: 1, channels: 1, side: 2, patch: 1 },
      { items: 4, images: 2, channels: 4, side: 8, patch: 2 },
      { items: 3, images: 3, channels: 3, side: 16, patch: 4 },
      { items: 2, images: 1, channels: 4, side: 16, patch: 8 },
      { items: 1, images: 1, channels: 4, side: 18, patch: 2 },
    ];
    for (const shape of shapes) {
      for (const [columns, type, extra] of [
        [36, 'f32', 0],
        [4, 'f16', 1],
        [8, 'int8', 0],
      ] as const) {
        const { items, images, channels, side, patch } = shape;
        const name = `${items} items of ${images} images, ${channels} x ${side} x ${side}, patch ${patch}`;
        test(`${name} -> ${columns}, ${type}`, async () => {
          await bed.check(patchCase(shape, columns, type, extra), 4);
        });
      }
    }
  });

  describe('unpatchify', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Two channels of 4 x 4 pixels from four tokens (p, q, c); token t holds 100t + 10pq + c.
      const rows = [0, 1, 2, 3].flatMap((t) =>
        [0, 1, 2, 3].flatMap((pq) => [0, 1].map((channel) => 100 * t + 10 * pq + channel)),
      );
      const y = c.denseOutput('y', 2, 16);
      const shape = { items: 1, channels: 2, side: 4, patch: 2 };
      c.net.unpatchify(c.rows('x', 4, 8, rows), y, shape);
      const plane = [0, 10, 100, 110, 20, 30, 120, 130, 200, 210, 300, 310, 220, 230, 320, 330];
      await bed.expectValues(c.finish(), 'y', [...plane, ...plane.map((value) => value + 1)]);
    });

    for (const [items, channels, side, patch] of [
      [1, 1, 1, 1],
      [2, 6, 3, 1],
      [2, 8, 8, 2],
      [3, 3, 8, 4],
      [1, 4, 18, 2],
    ]) {
      test(`${items} items, ${channels} x ${side} x ${side}, patch ${patch}`, async () => {
        const c = new CaseBuilder(side);
        const x = c.rows('x', items * (side / patch) ** 2, patch ** 2 * channels);
        const y = c.denseOutput('y', items * channels, side ** 2);
        c.net.unpatchify(x, y, { items, channels, side, patch });
        await bed.check(c.finish());
      });
    }
  });

  describePatchesOfProducts(bed);
}

/** Products whose values become pixels; a backend may do both at once. */
export function describePatchesOfProducts(bed: OpBed): void {
  describe('unpatchify behind a product', () => {
    for (const [items, channels, side, patch] of [
      [2, 3, 4, 2],
      [2, 1, 6, 3], // 9 columns, which are padded
    ]) {
      test(`${items} items, ${channels} x ${side} x ${side}, patch ${patch}`, async () => {
        const c = new CaseBuilder(side);
        const x = c.rows('x', items * (side / patch) ** 2, 12);
        const patches = c.net.linear(x, c.linear('l', patch ** 2 * channels, 12));
        const y = c.denseOutput('y', items * channels, side ** 2);
        c.net.unpatchify(patches, y, { items, channels, side, patch });
        await bed.check(c.finish(), 4);
      });
    }
  });
}

/** @param extra latents beyond those that the items show */
function patchCase(
  shape: {
    readonly items: number;
    readonly images: number;
    readonly channels: number;
    readonly side: number;
    readonly patch: number;
  },
  columns: number,
  type: WeightType,
  extra: number,
): OpCase {
  const { images, channels, side, patch } = shape;
  const c = new CaseBuilder(side + columns, type);
  const x = c.dense('x', (images + extra) * channels, side ** 2);
  const layer = c.linear('l', columns, channels * patch ** 2);
  const positions = c.table('p', (side / patch) ** 2, columns);
  c.expose('y', c.net.patchEmbed(x, layer, positions, shape));
  return c.finish();
}
