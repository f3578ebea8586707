import { inflateSync } from 'node:zlib';

/** Pixels of a PNG, RGB. */
export interface PngPixels {
  readonly width: number;
  readonly height: number;
  /** (height, width, 3) */
  readonly rgb: Uint8Array;
}

const signatureLength = 8;

/** Decodes a PNG of 8-bit RGB or RGBA, not interlaced; an independent reader for tests. */
export function readPng(png: Buffer): PngPixels {
  const data: Buffer[] = [];
  let header: Buffer = Buffer.alloc(0);
  for (let at = signatureLength; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = body;
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = new Map([
    [2, 3],
    [6, 4],
  ]).get(header[9]);
  if (header[8] !== 8 || channels === undefined) throw new Error('This PNG is of another kind.');
  const pixels = unfilter(inflateSync(Buffer.concat(data)), width * channels, channels);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    rgb.set(pixels.subarray(i * channels, i * channels + 3), i * 3);
  }
  return { width, height, rgb };
}

/** Undoes the filter of each row (PNG specification, section 9). */
function unfilter(rows: Buffer, stride: number, channels: number): Uint8Array {
  const height = rows.length / (stride + 1);
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= channels ? out[at - channels] : 0;
      const above = y > 0 ? out[at - stride] : 0;
      const corner = x >= channels && y > 0 ? out[at - stride - channels] : 0;
      const predictions = [...[0, left, above, (left + above) >> 1], paeth(left, above, corner)];
      out[at] = rows[y * (stride + 1) + 1 + x] + predictions[filter];
    }
  }
  return out;
}

/** The neighbour nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(estimate - value));
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
