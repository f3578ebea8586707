import { type Chunk, pngSignature } from '../../engine/png/chunks';
import { crc32 } from '../../checkpoint/crc32';

/** Bytes of a chunk besides its data: length, type, checksum. */
const overhead = 12;

/** The chunks of a PNG up to the first one that is damaged; none where it is no PNG. */
export function readChunks(png: Uint8Array<ArrayBuffer>): Chunk[] {
  if (!pngSignature.every((byte, i) => png[i] === byte)) return [];
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  let at = pngSignature.length;
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
