import { describe, expect, test } from 'vitest';
import type { UpdateCoefficients } from '../../../ops/run-values';
import { CaseBuilder } from '../case-builder';
import type { OpBed } from '../op-bed';
import { resultOf } from '../run-case';

const plain: UpdateCoefficients = { latent: 0.9, weight0: -0.4, weight1: 0.3 };
const noisy: UpdateCoefficients = { ...plain, noise: { minLog: -9.5, maxLog: -3.9 } };

export function describeSampling(bed: OpBed): void {
  describe('guidance', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // One image of one pixel, two channels of which the first is guided; conditional half first.
      const x = c.dense('x', 4, 1, [3, 5, 1, 7]);
      const shape = { images: 1, halves: 2, channels: 2, guided: 1, scale: 4 } as const;
      c.net.guidance(x, c.denseOutput('y', 4, 1), shape);
      await bed.expectValues(c.finish(), 'y', [9, 5, 9, 7]);
    });

    test('without a second half it copies', async () => {
      const c = new CaseBuilder(1);
      const x = c.dense('x', 2, 3, [1, 2, 3, 4, 5, 6]);
      const shape = { images: 2, halves: 1, channels: 1, guided: 1, scale: 4 } as const;
      c.net.guidance(x, c.denseOutput('y', 2, 3), shape);
      await bed.expectValues(c.finish(), 'y', [1, 2, 3, 4, 5, 6]);
    });

    for (const [images, channels, guided, pixels, scale] of [
      [1, 8, 3, 64, 1.5],
      [3, 4, 4, 63, 0],
      [2, 3, 3, 65, 1],
      [2, 8, 3, 16, 7],
    ]) {
      test(`${images} images, ${guided} of ${channels} channels, scale ${scale}`, async () => {
        const c = new CaseBuilder(pixels);
        const rows = 2 * images * channels;
        const shape = { images, halves: 2, channels, guided, scale } as const;
        c.net.guidance(c.dense('x', rows, pixels), c.denseOutput('y', rows, pixels), shape);
        await bed.check(c.finish(), 4);
      });
    }
  });

  describe('update', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      // Two items of one pixel. v = 0 lies in the middle of deviations 1 and 4, v = 1 at 4.
      const x = c.dense('x', 2, 1, [1, 2]);
      const p0 = c.dense('p0', 4, 1, [10, 0, 20, 1]);
      const p1 = c.dense('p1', 4, 1, [100, 5, 200, 5]);
      const noise = c.dense('noise', 2, 1, [0.5, 3]);
      const from = { p0, p1, noise, flags: c.words('flags', 1, 1, 0) };
      c.net.update(x, from, { items: 2, channels: 1, outChannels: 2 });
      const logs = { minLog: 0, maxLog: 2 * Math.log(4) };
      const update = { latent: 2, weight0: 0.1, weight1: 0.01, noise: logs };
      const test = c.finish({ runs: [{ update }] });
      await bed.expectValues(test, 'x', [2 + 1 + 1 + 1, 4 + 2 + 2 + 12]);
      await bed.expectWords(test, 'flags', [0]);
    });

    for (const [items, channels, pixels] of [
      [1, 1, 1],
      [2, 4, 63],
      [3, 3, 65],
    ]) {
      for (const learned of [false, true]) {
        for (const update of [plain, noisy]) {
          const how = `${learned ? 'learned' : 'fixed'} variance, ${update.noise ? 'noise' : 'no noise'}`;
          test(`${items} x ${channels} x ${pixels}, ${how}`, async () => {
            const c = updateCase({ items, channels, pixels, learned });
            await bed.check(c.finish({ runs: [{ update }] }));
          });
        }
      }
    }

    test('one prediction for both weights', async () => {
      const c = new CaseBuilder(2);
      const p = c.dense('p', 4, 16);
      const from = {
        p0: p,
        p1: p,
        noise: c.dense('noise', 4, 16),
        flags: c.words('flags', 1, 1, 0),
      };
      c.net.update(c.dense('x', 4, 16), from, { items: 1, channels: 4, outChannels: 4 });
      await bed.check(c.finish({ runs: [{ update: plain }, { update: noisy }] }));
    });

    for (const value of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 100, 194]) {
        test(`${value} in element ${place} raises the flag`, async () => {
          const c = updateCase({ items: 1, channels: 3, pixels: 65, learned: false, value, place });
          const update = { latent: 1, weight0: 1, weight1: 1 };
          await bed.expectWords(c.finish({ runs: [{ update }] }), 'flags', [1]);
        });
      }
    }

    test('a result beyond f32 raises the flag, which a later run leaves up', async () => {
      const of = { items: 1, channels: 1, pixels: 5, learned: false, value: 2e38, place: 3 };
      const big = updateCase(of).finish({
        runs: [{ update: { latent: 2, weight0: 0, weight1: 0 } }],
      });
      await bed.expectWords(big, 'flags', [1]);
      const fine = new CaseBuilder(1);
      const [x, p] = [fine.dense('x', 1, 5), fine.dense('p', 1, 5)];
      const noise = fine.dense('noise', 1, 5);
      const from = { p0: p, p1: p, noise, flags: fine.words('flags', 1, 1, 1) };
      fine.net.update(x, from, { items: 1, channels: 1, outChannels: 1 });
      await bed.expectWords(fine.finish({ runs: [{ update: plain }] }), 'flags', [1]);
    });

    test('the largest finite values do not raise it', async () => {
      const of = { items: 1, channels: 1, pixels: 5, learned: false, value: 3.4e38, place: 3 };
      const test = updateCase(of).finish({
        runs: [{ update: { latent: 1, weight0: 0, weight1: 0 } }],
      });
      await bed.expectWords(test, 'flags', [0]);
    });
  });

  describe('estimate', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const x = c.dense('x', 2, 1, [1, 2]);
      const p = c.dense('p', 4, 1, [10, 99, 20, 99]);
      const shape = { items: 2, channels: 1, outChannels: 2 };
      c.net.estimate(x, p, c.denseOutput('y', 2, 1), shape);
      const estimate = { latent: 2, prediction: -0.1 };
      await bed.expectValues(c.finish({ runs: [{ estimate }] }), 'y', [1, 2]);
    });

    for (const [items, channels, outChannels, pixels] of [
      [1, 4, 8, 64],
      [2, 3, 3, 63],
      [3, 4, 4, 65],
    ]) {
      test(`${items} items, ${channels} of ${outChannels} channels, ${pixels} pixels`, async () => {
        const c = new CaseBuilder(pixels);
        const x = c.dense('x', items * channels, pixels);
        const p = c.dense('p', items * outChannels, pixels);
        const y = c.denseOutput('y', items * channels, pixels);
        c.net.estimate(x, p, y, { items, channels, outChannels });
        await bed.check(c.finish({ runs: [{ estimate: { latent: 1.25, prediction: -0.75 } }] }));
      });
    }
  });

  describe('latentToPixels', () => {
    test('works out an example by hand', async () => {
      const c = new CaseBuilder(1);
      const x = c.dense('x', 2, 4, [1, 2, 3, 4, 10, 20, 30, 40]);
      c.expose('y', c.net.latentToPixels(x, 0.5).tensor);
      await bed.expectValues(c.finish(), 'y', [0.5, 5, 1, 10, 1.5, 15, 2, 20]);
    });

    for (const channels of [1, 3, 4, 8]) {
      for (const side of [1, 7, 9]) {
        for (const limit of [undefined, 3]) {
          const how = limit === undefined ? '' : ', with a limit';
          test(`${channels} channels, ${side} x ${side} pixels${how}`, async () => {
            const c = new CaseBuilder(side);
            const x = c.dense('x', channels, side ** 2);
            c.expose('y', c.net.latentToPixels(x, 1 / 0.18215, limit).tensor);
            await bed.check(c.finish());
          });
        }
      }
    }

    test('a limit bends what is large and leaves what is small', async () => {
      const c = new CaseBuilder(1);
      const x = c.dense('x', 1, 9, [0, 1e-3, 1.5, -1.5, 3, -3, 12, 1e30, -1e30]);
      c.expose('y', c.net.latentToPixels(x, 2, 3).tensor);
      // 3 * tanh(2x / 3) by Python's math.
      const bent = [2.2847825, 2.8920826];
      const expected = [0, 0.002, bent[0], -bent[0], bent[1], -bent[1], 2.9999993, 3, -3];
      await bed.expectValues(c.finish(), 'y', expected);
    });

    test('a limit leaves what is not finite, so that it is seen in the picture', async () => {
      const c = new CaseBuilder(1);
      const x = c.dense('x', 1, 4, [NaN, Infinity, -Infinity, 0]);
      c.expose('y', c.net.latentToPixels(x, 2, 3).tensor);
      const y = resultOf(await bed.run(c.finish()), 'y');
      expect([...y].map(Number.isFinite)).toEqual([false, false, false, true]);
    });
  });
}

/** A step of random numbers, one element of the latent as given; the case is not finished yet. */
function updateCase(of: {
  readonly items: number;
  readonly channels: number;
  readonly pixels: number;
  readonly learned: boolean;
  readonly value?: number;
  readonly place?: number;
}): CaseBuilder {
  const { items, channels, pixels, learned, value = 0, place = 0 } = of;
  const c = new CaseBuilder(items * pixels);
  const outChannels = learned ? 2 * channels : channels;
  const latent = Array.from({ length: items * channels * pixels }, () => c.random());
  latent[place] = value;
  const x = c.dense('x', items * channels, pixels, latent);
  const from = {
    p0: c.dense('p0', items * outChannels, pixels),
    p1: c.dense('p1', items * outChannels, pixels),
    noise: c.dense('noise', items * channels, pixels),
    flags: c.words('flags', 1, 1, 0),
  };
  c.net.update(x, from, { items, channels, outChannels });
  return c;
}
