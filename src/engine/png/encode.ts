import { DyditError } from '../../errors';
import type { Picture } from '../api';
import { type Chunk, writeChunks } from './chunks';

const bytesPerPixel = 4;
const filterSub = 1;

/**
 * A lossless PNG of the picture's exact bytes. A canvas would do too, but browsers that guard
 * against fingerprinting add noise to what is read back from one.
 * @throws DyditError `invalid-request` where the bytes are not as many as the pixels need
 */
export async function encodePng(
  { width, height, rgba }: Picture,
  extra: readonly Chunk[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  if (rgba.length !== width * height * bytesPerPixel) {
    throw new DyditError(
      'invalid-request',
      `A picture of ${width} x ${height} has ${width * height * bytesPerPixel} bytes; there are ${rgba.length}.`,
      'Give the whole picture.',
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits a channel, RGBA, deflate, filtered, not interlaced
  return writeChunks([
    { type: 'IHDR', data: header },
    ...extra,
    { type: 'IDAT', data: await deflate(filterRows(rgba, width, height)) },
    { type: 'IEND', data: new Uint8Array() },
  ]);
}

/** Each row as its filter's number and the differences to the pixel on the left. */
function filterRows(rgba: Uint8ClampedArray, width: number, height: number) {
  const stride = width * bytesPerPixel;
  const filtered = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1);
    const from = y * stride;
    filtered[to] = filterSub;
    for (let x = 0; x < stride; x++) {
      const left = x < bytesPerPixel ? 0 : (rgba[from + x - bytesPerPixel] ?? 0);
      filtered[to + 1 + x] = (rgba[from + x] ?? 0) - left;
    }
  }
  return filtered;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
