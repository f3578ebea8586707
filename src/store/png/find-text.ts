import { crc32 } from '../../checkpoint/crc32';
import { pngSignature } from '../../engine/png/chunks';

/** What a PNG has under a keyword. */
export type FoundText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  /** There is something, but it is damaged or larger than anything that was meant. */
  | { readonly kind: 'broken'; readonly reason: string };

/** A text longer than this was not written by the page. */
const longestText = 8192;

/** Parts of a file that are looked at: a picture of the page has some dozens, a hostile file millions. */
const mostChunks = 2000;

/** Length and type before a chunk's data, its checksum after. */
const headBytes = 8;
const checksumBytes = 4;

/** Enough of a chunk to know its keyword. */
const peekBytes = headBytes + 80;

/**
 * Finds the uncompressed international text (iTXt) under `keyword`. Reads little more than that
 * text, however large the file: other parts are stepped over by their lengths.
 */
export async function findText(file: Blob, keyword: string): Promise<FoundText> {
  const start = await bytesOf(file, 0, pngSignature.length);
  if (!pngSignature.every((byte, i) => start[i] === byte)) return { kind: 'none' };
  let at = pngSignature.length;
  for (let count = 0; at + headBytes + checksumBytes <= file.size; count++) {
    if (count === mostChunks) {
      return { kind: 'broken', reason: `it has more than ${mostChunks} parts` };
    }
    const peeked = await bytesOf(file, at, peekBytes);
    const length = new DataView(peeked.buffer).getUint32(0);
    const type = new TextDecoder('latin1').decode(peeked.subarray(4, headBytes));
    if (type === 'iTXt' && keywordOf(peeked.subarray(headBytes, headBytes + length)) === keyword) {
      return readText(file, at, length);
    }
    at += headBytes + length + checksumBytes;
  }
  return { kind: 'none' };
}

async function readText(file: Blob, at: number, length: number): Promise<FoundText> {
  if (length > longestText) {
    return { kind: 'broken', reason: `they are longer than ${longestText} bytes` };
  }
  const chunk = await bytesOf(file, at, headBytes + length + checksumBytes);
  const end = headBytes + length;
  const damaged = { kind: 'broken', reason: 'they are damaged' } as const;
  if (chunk.length < end + checksumBytes) return damaged;
  if (new DataView(chunk.buffer).getUint32(end) !== crc32(chunk.subarray(4, end))) return damaged;
  const data = chunk.subarray(headBytes, end);
  const keywordEnd = data.indexOf(0);
  const isCompressed = data[keywordEnd + 1] !== 0;
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  const translationEnd = data.indexOf(0, languageEnd + 1);
  if (isCompressed || languageEnd < 0 || translationEnd < 0) return damaged;
  return { kind: 'text', text: new TextDecoder().decode(data.subarray(translationEnd + 1)) };
}

function keywordOf(data: Uint8Array): string {
  return new TextDecoder('latin1').decode(data.subarray(0, Math.max(0, data.indexOf(0))));
}

async function bytesOf(file: Blob, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(at, at + length).arrayBuffer());
}
