import * as v from 'valibot';
import { figuresSchema, type CardFigures } from './figures';

const marker = '#figures=';

/** More would be no figures. */
const mostBytes = 64 * 1024;

/** The part of an address that holds figures, from the # on. */
export async function linkOf(figures: CardFigures): Promise<string> {
  const packed = await throughStream(
    new TextEncoder().encode(JSON.stringify(figures)),
    new CompressionStream('deflate-raw'),
  );
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  return marker + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Figures of a link; undefined where the address has none, `null` where they can't be read. */
export async function figuresOf(hash: string): Promise<CardFigures | null | undefined> {
  if (!hash.startsWith(marker)) return undefined;
  try {
    const text = atob(hash.slice(marker.length).replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const bytes = await throughStream(packed, new DecompressionStream('deflate-raw'));
    return v.parse(figuresSchema, JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Whoever made the address may have put anything there.
    return null;
  }
}

async function throughStream(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > mostBytes) throw new Error('The link holds more than figures.');
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
