import { type Chunk } from './chunks';

/** An uncompressed international text chunk: keyword, 0, flags 0 0, language, 0, translation, 0, text. */
export function textChunk(keyword: string, text: string): Chunk {
  return { type: 'iTXt', data: new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`) };
}

/** The text under `keyword`, where the chunks have it uncompressed. */
export function findText(chunks: readonly Chunk[], keyword: string): string | undefined {
  for (const { type, data } of chunks) {
    if (type !== 'iTXt') continue;
    const keywordEnd = data.indexOf(0);
    if (new TextDecoder('latin1').decode(data.subarray(0, keywordEnd)) !== keyword) continue;
    const compressed = data[keywordEnd + 1] !== 0;
    const languageEnd = data.indexOf(0, keywordEnd + 3);
    const translationEnd = data.indexOf(0, languageEnd + 1);
    if (compressed || languageEnd < 0 || translationEnd < 0) continue;
    return new TextDecoder().decode(data.subarray(translationEnd + 1));
  }
  return undefined;
}
