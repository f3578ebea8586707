import { type Chunk } from '../../engine/png/chunks';

/** An uncompressed international text chunk: keyword, 0, flags 0 0, language, 0, translation, 0, text. */
export function textChunk(keyword: string, text: string): Chunk {
  return { type: 'iTXt', data: new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`) };
}
