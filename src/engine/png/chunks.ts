import { crc32 } from '../../checkpoint/crc32';

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** How every PNG begins. */
export const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes of a chunk besides its data: length, type, checksum. */
const overhead = 12;

export function writeChunks(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce(
    (sum, { data }) => sum + data.length + overhead,
    pngSignature.length,
  );
  const png = new Uint8Array(length);
  const view = new DataView(png.buffer);
  png.set(pngSignature);
  let at = pngSignature.length;
  for (const { type, data } of chunks) {
    view.setUint32(at, data.length);
    png.set(new TextEncoder().encode(type), at + 4);
    png.set(data, at + 8);
    const end = at + 8 + data.length;
    view.setUint32(end, crc32(png.subarray(at + 4, end)));
    at = end + 4;
  }
  return png;
}
