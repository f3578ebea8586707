import { describe, expect } from 'vitest';
import { expectSameBits } from '../testing/expect-close';
import { padChannels } from '../testing/pictures';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

/** @param x (pixels, 3) */
async function makePicture(
  bed: TestBed,
  x: ArrayLike<number>,
): Promise<{ bytes: Uint8Array; flag: number }> {
  const pixels = x.length / 3;
  const y = bed.output('y', new Uint32Array(pixels));
  const flags = bed.output('flags', new Uint32Array(1));
  bed.dispatch(
    await bed.library.plain('picture'),
    { x: bed.input('x', padChannels(x, 3)), y, flags },
    { dims: { pixels } },
    [Math.ceil(pixels / 64)],
  );
  const words = await y.readUints();
  return { bytes: new Uint8Array(words.buffer), flag: (await flags.readUints())[0] };
}

describe('picture', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // 128, 255.5 and 0.5 round down; beyond them bytes are clamped.
    const { bytes, flag } = await makePicture(bed, [0, 1, -1, 0.5, 7, -7]);
    expect([...bytes]).toEqual([128, 255, 0, 255, 191, 255, 0, 255]);
    expect(flag).toBe(0);
  });

  for (const pixels of [1, 63, 65]) {
    gpuTest(`${pixels} pixels`, async (bed) => {
      // Multiples of 1/128 near the middle of a step, so that no rounding can cross a step.
      const random = seededRandom(pixels);
      const levels = Array.from({ length: pixels * 3 }, () => Math.floor(random() * 256));
      const { bytes, flag } = await makePicture(
        bed,
        levels.map((level) => (level + 0.5 - 128) / 127.5),
      );
      const expected = levels.flatMap((level, i) => (i % 3 === 2 ? [level, 255] : [level]));
      expect([...bytes]).toEqual(expected);
      expect(flag).toBe(0);
    });
  }

  for (const value of [NaN, Infinity, -Infinity]) {
    for (const place of [0, 100, 194]) {
      gpuTest(`${value} in element ${place} raises the flag`, async (bed) => {
        const x = new Float32Array(195);
        x[place] = value;
        expect((await makePicture(bed, x)).flag).toBe(1);
      });
    }
  }

  gpuTest('the largest finite value does not raise the flag', async (bed) => {
    expect((await makePicture(bed, [3.4e38, -3.4e38, 0])).flag).toBe(0);
  });
});

describe('latent to channels last', () => {
  for (const channels of [1, 3, 4, 8]) {
    for (const pixels of [1, 63, 65]) {
      gpuTest(`${channels} channels, ${pixels} pixels`, async (bed) => {
        const images = 3;
        const x = randomFloats(seededRandom(channels), images * channels * pixels);
        for (let image = 0; image < images; image++) {
          const interleaved = Float32Array.from({ length: pixels * channels }, (_, i) => {
            const plane = image * channels + (i % channels);
            return 0.5 * x[plane * pixels + Math.floor(i / channels)];
          });
          const expected = padChannels(interleaved, channels);
          const y = bed.output('y', new Float32Array(expected.length).fill(NaN));
          bed.dispatch(
            await bed.library.plain('latentToNhwc'),
            { x: bed.input('x', x), y },
            { dims: { channels, pixels, factor: 0.5 }, source: { image } },
            [Math.ceil(pixels / 64), Math.ceil(channels / 4)],
          );
          expectSameBits(await y.readFloats(), expected);
        }
      });
    }
  }
});
