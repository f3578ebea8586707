import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPictureFile, writePictureFile } from './picture-file';
import { readChunks } from './png/chunks';
import { crc32 } from './png/crc32';

const picture = {
  width: 3,
  height: 2,
  rgba: Uint8ClampedArray.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256)),
};
const settings = {
  class: 'cat-face',
  style: 'noto',
  seed: 7,
  steps: 25,
  guidance: 2.5,
  width: true,
};

/** Undoes filter 1 of PNG (each byte is a difference to the pixel on the left). */
function unfilter(rows: Uint8Array, width: number, height: number): number[] {
  const stride = width * 4;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    expect(rows[y * (stride + 1)]).toBe(1);
    for (let x = 0; x < stride; x++) {
      const left = x < 4 ? 0 : (pixels[y * stride + x - 4] ?? 0);
      pixels.push(((rows[y * (stride + 1) + 1 + x] ?? 0) + left) & 255);
    }
  }
  return pixels;
}

describe('a saved picture', () => {
  it('has the checksum of PNG', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('holds the exact pixels', async () => {
    const chunks = readChunks(await writePictureFile(picture, settings));
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'iTXt', 'IDAT', 'IEND']);
    const data = chunks.find(({ type }) => type === 'IDAT')?.data ?? new Uint8Array();
    expect(unfilter(inflateSync(data), 3, 2)).toEqual([...picture.rgba]);
  });

  it('gives its settings back', async () => {
    expect(readPictureFile(await writePictureFile(picture, settings))).toEqual(settings);
  });

  it('says nothing where it is no picture of ours', () => {
    expect(readPictureFile(new Uint8Array())).toBeUndefined();
    expect(readPictureFile(new TextEncoder().encode('not a PNG at all'))).toBeUndefined();
  });

  it('survives any damage', async () => {
    const png = await writePictureFile(picture, settings);
    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.nat(255), fc.nat(png.length), (at, value, length) => {
        const damaged = png.slice(0, length);
        if (at < length) damaged[at] = value;
        const read = readPictureFile(damaged);
        if (read) expect(read).toEqual(settings);
      }),
      { numRuns: 2000 },
    );
  });
});
