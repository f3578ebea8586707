import { describe, expect, it } from 'vitest';
import { averageDifference, comparePictures, differenceGain } from './picture-difference';

const picture = (...rgba: number[]) => ({
  width: rgba.length / 4,
  height: 1,
  rgba: new Uint8ClampedArray(rgba),
});

describe('comparePictures', () => {
  it('is white and without noise for equal pictures', () => {
    const same = picture(1, 2, 3, 255);
    const { view, meanAbsolute, psnr } = comparePictures(same, same);
    expect([...view.rgba]).toEqual([255, 255, 255, 255]);
    expect([meanAbsolute, psnr]).toEqual([0, Infinity]);
  });

  it('counts colours, not alpha', () => {
    const { view, meanAbsolute, psnr } = comparePictures(
      picture(10, 0, 0, 255),
      picture(4, 0, 0, 0),
    );
    expect(meanAbsolute).toBe(2);
    expect(psnr).toBeCloseTo(10 * Math.log10((255 * 255 * 3) / 36));
    expect(view.rgba[0]).toBe(255 - 6 * differenceGain);
  });

  it('refuses pictures of different sizes', () => {
    expect(() => comparePictures(picture(0, 0, 0, 0), picture())).toThrow(/1x1 and 0x1/);
  });
});

describe('averageDifference', () => {
  it('is that of all pixels together, though one pair is identical', () => {
    const [a, b, c] = [picture(9, 9, 9, 255), picture(0, 9, 9, 255), picture(1, 2, 3, 255)];
    const whole = comparePictures(
      picture(9, 9, 9, 255, 1, 2, 3, 255),
      picture(0, 9, 9, 255, 1, 2, 3, 255),
    );
    const average = averageDifference([comparePictures(a, b), comparePictures(c, c)]);
    expect(average.meanAbsolute).toBeCloseTo(whole.meanAbsolute);
    expect(average.psnr).toBeCloseTo(whole.psnr);
  });
});
