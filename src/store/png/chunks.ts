import { crc32 } from './crc32';

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes of a chunk besides its data: length, type, checksum. */
const overhead = 12;

export function writeChunks(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce((sum, { data }) => sum + data.length + overhead, signature.length);
  const png = new Uint8Array(length);
  const view = new DataView(png.buffer);
  png.set(signature);
  let at = signature.length;
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

/** The chunks of a PNG up to the first one that is damaged; none where it is no PNG. */
export function readChunks(png: Uint8Array<ArrayBuffer>): Chunk[] {
  if (!signature.every((byte, i) => png[i] === byte)) return [];
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  let at = signature.length;
  while (at + overhead <= png.length) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > png.length) break;
    if (view.getUint32(end) !== crc32(png.subarray(at + 4, end))) break;
    const type = new TextDecoder('latin1').decode(png.subarray(at + 4, at + 8));
    chunks.push({ type, data: png.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}
