import type { Picture } from '../engine/api';
import { formatQuery, parseQuery, type SharedSettings } from './shared-settings';
import { readChunks } from './png/chunks';
import { encodePng } from './png/encode';
import { findText, textChunk } from './png/text';

const keyword = 'dydit-web settings';

/** A PNG that carries the settings it was made with, in the form they have in the address bar. */
export function writePictureFile(
  picture: Picture,
  settings: SharedSettings,
): Promise<Uint8Array<ArrayBuffer>> {
  return encodePng(picture, [
    textChunk('Software', 'dydit-web'),
    textChunk(keyword, formatQuery(settings)),
  ]);
}

/** The settings inside a PNG saved by this page; `undefined` for any other file. */
export function readPictureFile(png: Uint8Array<ArrayBuffer>): SharedSettings | undefined {
  const text = findText(readChunks(png), keyword);
  return text === undefined ? undefined : parseQuery(text);
}
