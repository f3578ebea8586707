import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyword, readPictureFile, writePictureFile } from './picture-file';
import { crc32 } from '../checkpoint/crc32';
import { writeChunks, type Chunk } from '../engine/png/chunks';
import { textChunk } from './png/text';
import { readChunks } from './testing/read-chunks';

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

const whole = { kind: 'settings', read: { shared: settings, unreadable: [] } };

function read(bytes: Uint8Array<ArrayBuffer>) {
  return readPictureFile(new Blob([bytes]));
}

function png(chunks: readonly Chunk[]) {
  return writeChunks([...chunks, { type: 'IEND', data: new Uint8Array() }]);
}

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
    expect(await read(await writePictureFile(picture, settings))).toEqual(whole);
  });

  it('says nothing where it is no picture of ours', async () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('not a PNG at all')]) {
      expect(await read(bytes)).toEqual({ kind: 'none' });
    }
  });

  it('survives any damage', async () => {
    const png = await writePictureFile(picture, settings);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(png.length - 1),
        fc.nat(255),
        fc.nat(png.length),
        async (at, value, length) => {
          const damaged = png.slice(0, length);
          if (at < length) damaged[at] = value;
          const found = await read(damaged);
          if (found.kind === 'settings') expect(found).toEqual(whole);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['empty', '', 'they are empty'],
    ['malformed', '%%%&=&&x', 'they make no sense'],
    ['over-long', `seed=7&class=${'x'.repeat(2100)}`, 'they are longer than 2000 characters'],
    ['huge', `seed=7&class=${'x'.repeat(9000)}`, 'they are longer than 8192 bytes'],
  ])('says so where its settings are %s', async (_, text, reason) => {
    expect(await read(png([textChunk(keyword, text)]))).toEqual({ kind: 'broken', reason });
  });

  it('steps over text that is not its own without reading it', async () => {
    const foreign = { type: 'iTXt', data: new Uint8Array(50e6).fill(120) };
    const file = new Blob([png([foreign, textChunk(keyword, 'seed=7')])]);
    let bytes = 0;
    const slice = file.slice.bind(file);
    file.slice = (from = 0, to = file.size) => {
      bytes += to - from;
      return slice(from, to);
    };
    expect(await readPictureFile(file)).toMatchObject({
      kind: 'settings',
      read: { shared: { seed: 7 } },
    });
    expect(bytes).toBeLessThan(10_000);
  });

  it('gives up on a file of countless parts', async () => {
    const parts = Array.from({ length: 3000 }, () => textChunk('Comment', 'x'));
    expect(await read(png(parts))).toMatchObject({ kind: 'broken' });
  });
});
